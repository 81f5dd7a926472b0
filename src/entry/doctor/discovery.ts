import type { Config } from '../../lib/server/config/parse';
import { type Answer, ask } from './ask';
import { fault, type Finding, ok, warning } from './finding';

/** Tokens and logout tokens are judged with this much tolerance. */
const MOST_SKEW_SECONDS = 30;
const NOTICEABLE_SKEW_SECONDS = 5;
const COMPARED = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint'] as const;

export type Metadata = Readonly<Record<string, unknown>>;

export interface Discovery {
	/** Null when the portal can't read it: then nothing else about the STS can be looked at. */
	readonly metadata: Metadata | null;
	readonly findings: readonly Finding[];
}

/** Whether the STS is who the configuration says, seen from here and, where it can be reached, by its public address. */
export async function examineDiscovery({ sts }: Pick<Config, 'sts'>): Promise<Discovery> {
	const read = (base: string) =>
		ask(`${base.replace(/\/+$/, '')}/.well-known/openid-configuration`, { timeoutMs: sts.timeoutMs });
	const inside = await read(sts.internal);
	const variable = sts.internal === sts.issuer ? 'STS_ISSUER_URL' : 'STS_INTERNAL_URL';
	const metadata = typeof inside === 'string' || inside.status !== 200 ? undefined : inside.json;
	if (typeof inside === 'string' || !metadata) {
		const why = typeof inside === 'string' ? inside : `status ${inside.status}, or no JSON`;
		const advice = `Check ${variable}, and that this machine may connect there.`;
		return { metadata: null, findings: [fault(`The STS gives no discovery document (${why}).`, advice)] };
	}
	const findings = [issuerFinding(metadata, sts.issuer), clockFinding(inside), signingFinding(metadata)];
	if (sts.internal === sts.issuer) return { metadata, findings };
	return { metadata, findings: [...findings, agreement(metadata, await read(sts.issuer))] };
}

function issuerFinding({ issuer }: Metadata, wanted: string): Finding {
	if (issuer === wanted) return ok('The STS is the issuer that the configuration names.');
	return fault(
		`The STS says that its issuer is ${JSON.stringify(issuer)}.`,
		'Set STS_ISSUER_URL to exactly that, a slash at its end included; every token is checked against it.'
	);
}

function clockFinding({ clockAheadSeconds }: Answer): Finding {
	if (clockAheadSeconds === null)
		return warning('The STS does not tell its time.', 'Make sure that both clocks follow NTP.');
	const seconds = Math.abs(clockAheadSeconds);
	const said = `The clocks of the STS and of this machine are ${seconds.toFixed(0)} s apart.`;
	if (seconds > MOST_SKEW_SECONDS) return fault(said, 'Tokens will be refused: have both clocks follow NTP.');
	if (seconds > NOTICEABLE_SKEW_SECONDS)
		return warning(said, 'Have both clocks follow NTP before the difference grows.');
	return ok('The clocks of the STS and of this machine agree.');
}

function signingFinding({ id_token_signing_alg_values_supported: listed }: Metadata): Finding {
	const algorithms = Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : [];
	if (algorithms.some((name) => /^(?:RS|PS|ES)\d{3}$|^EdDSA$|^Ed25519$/.test(name)))
		return ok('The STS signs ID tokens in a way that the portal verifies.');
	return fault(
		'The STS lists no asymmetric algorithm for ID tokens.',
		'Have it sign with ES256 or RS256; none and HMAC are never accepted.'
	);
}

function agreement(inside: Metadata, outside: Answer | string): Finding {
	if (typeof outside === 'string' || outside.status !== 200 || !outside.json)
		return warning(
			'The public address of the STS can’t be read from this machine, so the two could not be compared.',
			'Nothing is wrong if browsers reach it: open STS_ISSUER_URL/.well-known/openid-configuration in one.'
		);
	const { json } = outside;
	const different = COMPARED.filter((name) => inside[name] !== json[name]);
	if (different.length === 0) return ok('The STS says the same at its internal and its public address.');
	return warning(
		`The STS says something else at its internal address than at its public one: ${different.join(', ')}.`,
		'Fine where only the host differs: the portal swaps one address for the other. Else check both variables.'
	);
}
