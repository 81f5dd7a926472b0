import type { AuthorizationServer } from 'oauth4webapi';
import type { JWK } from 'jose';
import { CLOCK_TOLERANCE_SECONDS, FRESH_CLOCK_TOLERANCE_SECONDS } from '../lib/server/clock';
import type { Config } from '../lib/server/config/parse';
import { discoveryUrl, isSameIssuer } from '../lib/server/sts/addresses';
import { REQUIRED_METADATA, stsFetch, stsMetadata } from '../lib/server/sts/metadata';
import { keyFinder, readKeySet, signatureAlgorithms } from '../lib/server/sts/keys';
import { examineClock, type Finding, good, warning, wrong } from './findings';
import { viaProxy, type Exchange, exchangeWithSts, type Reply, request } from './http';

const COMPARED = ['issuer', ...REQUIRED_METADATA, 'end_session_endpoint'] as const;

const CLOCK = 'sts.clock';
/** Tokens that the STS sends have the larger tolerance, those of API clients and the time of an authentication the smaller one. */
const CLOCK_CONSEQUENCES = [
	{
		aboveSeconds: FRESH_CLOCK_TOLERANCE_SECONDS,
		severity: 'wrong',
		text: 'Tokens may be refused: sign-ins then fail, and sessions end.'
	},
	{
		aboveSeconds: CLOCK_TOLERANCE_SECONDS,
		severity: 'warning',
		text: 'Access tokens of API clients may be refused, and people may have to sign in again for a step-up.'
	}
] as const;

type Document = Readonly<Record<string, unknown>>;

interface Discovery {
	/** Null if the portal can't use it: then nothing else about the STS can be checked. */
	readonly metadata: AuthorizationServer | null;
	readonly findings: readonly Finding[];
}

/** Checks the discovery document at the internal and the public address of the STS: its issuer and the endpoints that the portal needs. */
export async function examineDiscovery({ sts }: Pick<Config, 'sts'>): Promise<Discovery> {
	const response = await exchangeWithSts(sts.issuer, () => stsFetch(discoveryUrl(sts.issuer)));
	const document = documentOf(response);
	if (!('reply' in response) || !document) return { metadata: null, findings: [unreadable(response, sts)] };

	const { reply } = response;
	const clock = examineClock({ check: CLOCK, service: 'the STS', consequences: CLOCK_CONSEQUENCES }, reply);
	const findings = [issuerFinding(document, sts.issuer), ...clock, ...endpointFindings(document)];
	if (sts.internal !== sts.issuer) findings.push(await compare(document, sts));
	const isUsable = findings.every(({ severity, check }) => severity !== 'wrong' || check === CLOCK);
	const metadata = isUsable ? await stsMetadata() : null;
	if (metadata) findings.push(await keysFinding(metadata));
	return { metadata, findings };
}

function documentOf(response: Exchange): Document | undefined {
	return 'reply' in response && response.reply.status === 200 ? response.reply.json : undefined;
}

function unreadable(response: Exchange, { issuer, internal }: Config['sts']): Finding {
	const variable = internal === issuer ? 'STS_ISSUER_URL' : 'STS_INTERNAL_URL';
	if ('failure' in response)
		return wrong(
			'sts.discovery',
			`The STS at ${new URL(internal).host} can’t be reached: ${response.failure.reason}.`,
			`${response.failure.advice} The address comes from ${variable}.`
		);
	return wrong(
		'sts.discovery',
		`The STS returns no discovery document${viaProxy(internal)}: ${statusOf(response.reply)}.`,
		`Check ${variable}, its path included: /.well-known/openid-configuration is read below it.`
	);
}

function statusOf({ status, json }: Reply): string {
	return status === 200 && json === undefined
		? 'its response is not a JSON object'
		: `it responds with status ${status}`;
}

function issuerFinding({ issuer }: Document, wanted: string): Finding {
	if (isSameIssuer(issuer, wanted)) return good('sts.issuer', 'The STS is the issuer that STS_ISSUER_URL names.');
	return wrong(
		'sts.issuer',
		`The issuer in the discovery document is ${JSON.stringify(issuer ?? null).slice(0, 200)}.`,
		'Set STS_ISSUER_URL to exactly this value, with a slash at its end only if it is shown with one: every token is checked against it.'
	);
}

function endpointFindings(document: Document): Finding[] {
	const missing = REQUIRED_METADATA.filter((name) => !isAddress(document[name]));
	if (missing.length > 0)
		return [
			wrong(
				'sts.endpoints',
				`The discovery document of the STS lacks ${missing.join(', ')}.`,
				'Sign-in requires it: the STS has to be an OpenID provider with the authorization code flow.'
			)
		];
	const found = good('sts.endpoints', 'The discovery document names the endpoints that the portal needs.');
	if (isAddress(document.end_session_endpoint)) return [found];
	return [
		found,
		warning(
			'sts.end-session',
			'The STS has no end_session_endpoint.',
			'Signing out ends the session here, but not at the STS: enable RP-initiated logout there if possible.'
		)
	];
}

function isAddress(value: unknown): value is string {
	return typeof value === 'string' && URL.canParse(value);
}

/** Compares the documents at both addresses. This machine may be unable to reach the public one. */
async function compare(inside: Document, { issuer, timeoutMs }: Config['sts']): Promise<Finding> {
	const outside = documentOf(await request(discoveryUrl(issuer), { timeoutMs }));
	if (!outside)
		return warning(
			'sts.addresses',
			'The public address of the STS can’t be read from this machine, so the two could not be compared.',
			'Nothing is wrong if browsers reach it: open STS_ISSUER_URL/.well-known/openid-configuration in one.'
		);
	const different = COMPARED.filter((name) => inside[name] !== outside[name]);
	if (different.length === 0)
		return good(
			'sts.addresses',
			'The discovery documents at the internal and the public address of the STS are the same.'
		);
	return warning(
		'sts.addresses',
		`The discovery documents at the internal and the public address of the STS differ: ${different.join(', ')}.`,
		'No problem if only the host differs: the portal replaces it. Otherwise check both variables.'
	);
}

/** Checks that the portal can verify ID tokens: the STS lists a supported algorithm, and has a key for it. */
async function keysFinding({ jwks_uri, id_token_signing_alg_values_supported }: AuthorizationServer): Promise<Finding> {
	const algorithms = signatureAlgorithms.filter((name) =>
		(id_token_signing_alg_values_supported ?? ['RS256']).includes(name)
	);
	if (algorithms.length === 0)
		return wrong(
			'sts.keys',
			'The STS lists no asymmetric algorithm for ID tokens.',
			'Configure it to sign with ES256 or RS256; none and HMAC are never accepted.'
		);
	const response = await exchangeWithSts(jwks_uri, () => stsFetch(jwks_uri ?? ''));
	if ('failure' in response)
		return wrong(
			'sts.keys',
			`The keys of the STS (jwks_uri) can’t be read: ${response.failure.reason}.`,
			response.failure.advice
		);
	const { status, json } = response.reply;
	const listed = Array.isArray(json?.keys) ? json.keys.length : 0;
	const keys = await readKeySet(json).catch(() => []);
	const usable = await Promise.all(keys.map((key) => canVerify(key, algorithms)));
	if (status === 200 && usable.includes(true))
		return keys.length === listed
			? good('sts.keys', 'The STS signs ID tokens with an algorithm and a key that the portal accepts.')
			: warning(
					'sts.keys',
					`The portal drops ${listed - keys.length} of the ${listed} keys of the STS: they are not valid public keys.`,
					'Tokens that are signed with one of these are refused: check the key set (jwks_uri) of the STS.'
				);
	return wrong(
		'sts.keys',
		status === 200
			? `None of the ${listed} keys of the STS fits the algorithms that it lists (${algorithms.join(', ')}).`
			: `The keys of the STS (jwks_uri) can’t be read: it responds with status ${status}.`,
		'No ID token can be verified: check the signing keys of the STS.'
	);
}

/** Whether the portal would use this key for a signature with one of these algorithms. */
async function canVerify(key: JWK, algorithms: readonly string[]): Promise<boolean> {
	const found = await Promise.allSettled(
		algorithms.map(async (alg) => keyFinder([key])({ alg }, { payload: '', signature: '' }))
	);
	return found.some(({ status }) => status === 'fulfilled');
}

/**
 * Checks that the STS lists the `acr` values of the configuration (OpenID Connect Discovery 3, `acr_values_supported`). An STS may
 * leave the list out, or list other names than its tokens have: both are warnings.
 */
export function examineStepUp(
	{ stepUp, backends }: Pick<Config, 'stepUp' | 'backends'>,
	{ acr_values_supported: listed }: AuthorizationServer
): readonly Finding[] {
	const sources = [
		{ variable: 'STEP_UP_ACR', acr: stepUp.acr },
		...backends.map(({ name, acr = [] }) => ({ variable: `BACKENDS (${name}.acr)`, acr }))
	].filter(({ acr }) => acr.length > 0);
	if (sources.length === 0) return [];
	if (listed === undefined)
		return [
			warning(
				'sts.acr',
				'The STS does not list its acr values (acr_values_supported), so those of the configuration could not be checked.',
				'Do a step-up once to see whether the STS raises the level.'
			)
		];
	const unlisted = sources.filter(({ acr }) => acr.some((value) => !listed.includes(value)));
	if (unlisted.length === 0) return [good('sts.acr', 'The STS lists the acr values that the configuration requires.')];
	return unlisted.map(({ variable, acr }) =>
		warning(
			'sts.acr',
			`The STS does not list these acr values of ${variable}: ${acr.filter((value) => !listed.includes(value)).join(', ')}.`,
			`People may not be able to reach such a level. The STS lists: ${listed.slice(0, 10).join(', ')}.`
		)
	);
}

const EXCHANGE_CHECK = 'sts.token-exchange';
const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * Checks that the STS lists token exchange (RFC 8693), if a backend needs it: only a person's token can be exchanged, so that the doctor
 * can't try it. Nothing is reported about an STS that lists no grant types.
 */
export function examineTokenExchange(
	{ backends }: Pick<Config, 'backends'>,
	{ grant_types_supported: listed }: AuthorizationServer
): readonly Finding[] {
	const names = backends.filter(({ token }) => token === 'exchange').map(({ name }) => name);
	if (names.length === 0 || listed === undefined) return [];
	if (listed.includes(EXCHANGE_GRANT))
		return [good(EXCHANGE_CHECK, 'The STS lists token exchange, which BACKENDS needs.')];
	return [
		warning(
			EXCHANGE_CHECK,
			`The STS does not list token exchange (grant_types_supported), which BACKENDS needs: ${names.join(', ')}.`,
			'Enable token exchange (RFC 8693) at the STS for the portal’s client, or use another "token" in BACKENDS.'
		)
	];
}
