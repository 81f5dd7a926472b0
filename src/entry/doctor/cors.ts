import type { Config } from '../../lib/server/config/parse';
import { nobodysStatusUrl } from './bridge';
import { type Exchange, request } from './exchange';
import { type Finding, good, warning, wrong } from './finding';

/** A site that has nothing to do with the portal. */
export const STRANGER_ORIGIN = 'https://stranger.example';

const ADVICE = 'Remove its Access-Control-Allow-Origin header: browsers never call it, only the portal does.';

/** The call that a page of any site could make: the portal's `complete`, for a session that does not exist. */
export async function examineBridgeCors({ bridge }: Pick<Config, 'bridge'>): Promise<readonly Finding[]> {
	const url = nobodysStatusUrl(bridge.url).replace(/status$/, 'complete');
	const headers = { origin: STRANGER_ORIGIN, 'content-type': 'application/json' };
	const response = await request(url, { method: 'POST', headers, body: '{}', timeoutMs: bridge.timeoutMs });
	return corsFindings('bridge.cors', 'Auth Bridge', response);
}

/**
 * Whether a service lets pages of any site read its responses (Fetch standard, CORS protocol), judged by its response to the
 * request itself. A preflight says less: Keycloak's allows every origin, and the request that follows is refused.
 * @param response to a request with `STRANGER_ORIGIN`; without one there is nothing to judge
 */
export function corsFindings(check: string, name: string, response: Exchange): readonly Finding[] {
	if ('failure' in response) return [];
	const { headers } = response.reply;
	const allowed = headers.get('access-control-allow-origin');
	if (allowed !== '*' && allowed !== STRANGER_ORIGIN)
		return [good(check, `The ${name} lets no other site’s pages read its responses.`)];
	// Browsers refuse credentials together with `*`.
	const withCookies = allowed !== '*' && headers.get('access-control-allow-credentials') === 'true';
	return withCookies
		? [wrong(check, `The ${name} lets pages of any site call it with a person’s cookies.`, ADVICE)]
		: [warning(check, `The ${name} lets pages of any site read its responses.`, ADVICE)];
}
