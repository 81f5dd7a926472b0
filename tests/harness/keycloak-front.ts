import { keycloakTokens } from './keycloak-tokens.ts';
import { type AlteringProxy, startAlteringProxy } from './proxy.ts';

/**
 * Puts a proxy in front of an STS that gives access and refresh tokens the sizes of Keycloak's. ID tokens do not change,
 * because the portal verifies them.
 * @param groups the groups that the next access token names
 */
export async function startKeycloakFront(
	stsUrl: string,
	groups: () => readonly string[] = () => []
): Promise<AlteringProxy> {
	/** The STS's own refresh tokens, by the tokens that were issued in their place. */
	const own = new Map<string, string>();
	const proxy = await startAlteringProxy(stsUrl, (body) => {
		const given = /(?:^|&)(?:refresh_token|token)=([\w.-]+)/.exec(body)?.[1] ?? '';
		return body.replace(given, own.get(given) ?? given);
	});
	proxy.alter((response) => {
		if (!response.path.endsWith('/token')) return;
		const tokens = JSON.parse(response.body) as Record<string, unknown>;
		if (typeof tokens.refresh_token !== 'string') return;
		const { accessToken, refreshToken } = keycloakTokens(groups());
		own.set(refreshToken, tokens.refresh_token);
		response.body = JSON.stringify({ ...tokens, access_token: accessToken, refresh_token: refreshToken });
	});
	return proxy;
}
