import type { Config } from '../lib/server/config/parse';
import { CLOCK_TOLERANCE_SECONDS } from '../lib/server/clock';
import type { Exchange, Reply } from './exchange';
import { type Finding, good, warning, wrong } from './report';

const NOTICEABLE_SKEW_SECONDS = 5;

interface ClockCheck {
	readonly check: string;
	/** Its name in a sentence, such as `the STS`. */
	readonly service: string;
	/** The consequence of a difference beyond the tolerance, as a sentence. */
	readonly consequence: string;
	/** The severity of a difference beyond the tolerance. */
	readonly severity: 'warning' | 'wrong';
}

/** Compares the clock of a service with this machine's; no finding if the response has no Date header. */
export function examineClock({ check, service, consequence, severity }: ClockCheck, reply: Reply): Finding[] {
	const ahead = reply.clockAheadSeconds;
	if (ahead === null) return [];
	const seconds = Math.round(Math.abs(ahead));
	const message = `The clock of ${service} is ${seconds} s ${ahead < 0 ? 'behind' : 'ahead of'} the clock of this machine.`;
	if (seconds > CLOCK_TOLERANCE_SECONDS)
		return [(severity === 'wrong' ? wrong : warning)(check, message, `${consequence} Let both clocks follow NTP.`)];
	if (seconds > NOTICEABLE_SKEW_SECONDS)
		return [warning(check, message, 'Let both clocks follow NTP before the difference grows.')];
	return [good(check, `The clocks of ${service} and of this machine agree.`)];
}

/** The origin of a site that is not related to the portal. */
export const STRANGER_ORIGIN = 'https://stranger.example';

const ADVICE = 'Remove its Access-Control-Allow-Origin header: browsers never call it, only the portal does.';

/**
 * Checks whether a service lets pages of any site read its responses (Fetch standard, CORS protocol). It checks the response to the request
 * itself, not to a preflight: Keycloak's preflight allows every origin, but the request that follows is refused.
 * @param response the response to a request with `STRANGER_ORIGIN`
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

/** Where the portal publishes its public keys. */
export const JWKS_PATH = '/.well-known/jwks.json';

/** The settings and the registration that the advice of a refused credential names. */
export function credentialOf(clientAuth: Config['sts']['clientAuth']): string {
	return clientAuth === 'private_key_jwt'
		? `that the first key of STS_CLIENT_KEY is registered at the STS (${JWKS_PATH} of the portal)`
		: 'STS_CLIENT_SECRET';
}
