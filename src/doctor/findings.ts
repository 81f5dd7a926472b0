import { runtime } from '../lib/server/runtime';
import { version } from '../lib/server/version';
import type { Config } from '../lib/server/config/parse';
import type { Exchange, Reply } from './http';

/** Incremented only for a change that breaks consumers of `--json`. */
const FORMAT = 1;
const marks: Readonly<Record<Severity, string>> = { good: '✓', warning: '!', wrong: '✗' };

/** The doctor's output: lines for a terminal, or JSON as described in docs/operations.md. */
export function reportText(findings: readonly Finding[], { json }: { readonly json: boolean }): string {
	const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
	const summary = { good: count('good'), warning: count('warning'), wrong: count('wrong') };
	if (json) return JSON.stringify({ format: FORMAT, portal: version, runtime, summary, findings }, null, 2);
	return `${findings.map(lines).join('\n')}\n\n${summary.good} good, ${summary.warning} to look at, ${summary.wrong} wrong`;
}

/** 1 if a finding has the severity `wrong`, else 0. */
export function exitCode(findings: readonly Finding[]): 0 | 1 {
	return findings.some(({ severity }) => severity === 'wrong') ? 1 : 0;
}

function lines({ severity, message, advice }: Finding): string {
	return `${marks[severity]} ${message}${advice === null ? '' : `\n    → ${advice}`}`;
}

type Severity = 'good' | 'warning' | 'wrong';

/** The result of one check, for operators. */
export interface Finding {
	/** The stable name of the check, such as `sts.issuer`, as in `--json` and docs/operations.md. */
	readonly check: string;
	/** `wrong`: something does not work, or is not secure. `warning`: it works, but should be fixed. */
	readonly severity: Severity;
	readonly message: string;
	/** What to do; null if nothing is wrong. */
	readonly advice: string | null;
}

export const good = (check: string, message: string): Finding => ({ check, severity: 'good', message, advice: null });
export const warning = (check: string, message: string, advice: string): Finding => ({
	check,
	severity: 'warning',
	message,
	advice
});
export const wrong = (check: string, message: string, advice: string): Finding => ({
	check,
	severity: 'wrong',
	message,
	advice
});

const NOTICEABLE_SKEW_SECONDS = 5;

interface ClockCheck {
	readonly check: string;
	/** Its name in a sentence, such as `the STS`. */
	readonly service: string;
	/** The consequences of differences, the largest difference first. */
	readonly consequences: readonly ClockConsequence[];
}

interface ClockConsequence {
	/** It applies to a difference of more than this. */
	readonly aboveSeconds: number;
	readonly severity: 'warning' | 'wrong';
	/** A sentence. */
	readonly text: string;
}

/** Compares the clock of a service with this machine's; no finding if the response has no Date header. */
export function examineClock({ check, service, consequences }: ClockCheck, reply: Reply): Finding[] {
	const ahead = reply.clockAheadSeconds;
	if (ahead === null) return [];
	const seconds = Math.round(Math.abs(ahead));
	const message = `The clock of ${service} is ${seconds} s ${ahead < 0 ? 'behind' : 'ahead of'} the clock of this machine.`;
	const consequence = consequences.find(({ aboveSeconds }) => seconds > aboveSeconds);
	if (consequence) {
		const { severity, text } = consequence;
		return [{ check, severity, message, advice: `${text} Synchronize both clocks with NTP.` }];
	}
	if (seconds > NOTICEABLE_SKEW_SECONDS)
		return [warning(check, message, 'Synchronize both clocks with NTP before the difference grows.')];
	return [good(check, `The clocks of ${service} and of this machine agree.`)];
}

/** The origin of a site that is not related to the portal. */
export const CROSS_ORIGIN = 'https://stranger.example';

const CORS_ADVICE = 'Remove its Access-Control-Allow-Origin header: browsers never call it, only the portal does.';

/**
 * Checks whether a service lets pages of any site read its responses (Fetch standard, CORS protocol). It checks the response to the request
 * itself, not to a preflight: Keycloak's preflight allows every origin, but the request that follows is refused.
 * @param response the response to a request with `CROSS_ORIGIN`
 */
export function corsFindings(check: string, name: string, response: Exchange): readonly Finding[] {
	if ('failure' in response) return [];
	const { headers } = response.reply;
	const allowed = headers.get('access-control-allow-origin');
	if (allowed !== '*' && allowed !== CROSS_ORIGIN)
		return [good(check, `The ${name} lets no other site’s pages read its responses.`)];
	// Browsers refuse credentials together with `*`.
	const withCookies = allowed !== '*' && headers.get('access-control-allow-credentials') === 'true';
	return withCookies
		? [wrong(check, `The ${name} lets pages of any site call it with a person’s cookies.`, CORS_ADVICE)]
		: [warning(check, `The ${name} lets pages of any site read its responses.`, CORS_ADVICE)];
}

/** Where the portal publishes its public keys. */
export const JWKS_PATH = '/.well-known/jwks.json';

/** The settings and the registration that the advice of a refused credential names. */
export function credentialOf(clientAuth: Config['sts']['clientAuth']): string {
	return clientAuth === 'private_key_jwt'
		? `that the first key of STS_CLIENT_KEY is registered at the STS (${JWKS_PATH} of the portal)`
		: 'STS_CLIENT_SECRET';
}
