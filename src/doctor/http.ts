import { unixMs } from '../lib/server/clock';
import { type Exchanged, exchange as exchangeUpstream, type Send } from '../lib/server/upstream/client';
import { config } from '../lib/server/config';
import { internalUrl } from '../lib/server/sts/addresses';
import { proxyFor } from '../lib/server/upstream/egress';
import { causes } from '../lib/server/error-fields';
import { isObject, parseJson } from '../lib/server/upstream/lenient';

const MAX_BYTES = 1024 * 1024;

/** A service's response to one request. */
export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	/** The parsed body; undefined if it is not a JSON object. */
	readonly json: Readonly<Record<string, unknown>> | undefined;
	/** How far its clock is ahead of this machine's, in seconds, accurate to about one second; null without a Date header. */
	readonly clockAheadSeconds: number | null;
}

/** A response, or the reason why there is none. */
export type Exchange = { readonly reply: Reply } | { readonly failure: ConnectionFailure };

interface PortalRequest {
	readonly method?: string;
	/** By lower-case name. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** For the whole exchange, in milliseconds. */
	readonly timeoutMs: number;
	/** Replaces the portal's HTTP client, to bypass its proxies. */
	readonly send?: Send;
}

/** Sends a request with the portal's HTTP client, with its certificates, proxies and permissions. */
export function request(url: string, { method = 'GET', ...wanted }: PortalRequest): Promise<Exchange> {
	const via = wanted.send === undefined ? url : null;
	return exchange(via, () => exchangeUpstream({ ...wanted, method, url, maxBytes: MAX_BYTES }));
}

/** Sends a request to the STS with one of the portal's own functions. @param url as in the discovery document */
export function exchangeWithSts(
	url: URL | string | undefined,
	send: () => Promise<Response | Exchanged>
): Promise<Exchange> {
	const { sts } = config();
	return exchange(internalUrl(String(url ?? sts.internal), sts), send);
}

/** Sends a request and reads its response. @param url null if the request bypasses proxies */
async function exchange(url: string | null, send: () => Promise<Response | Exchanged>): Promise<Exchange> {
	const sentMs = unixMs();
	try {
		const response = await send();
		const { status, headers } = response;
		const clockAheadSeconds = clockAhead(headers, (sentMs + unixMs()) / 2);
		const text = response instanceof Response ? await response.text() : response.text;
		return { reply: { status, headers, json: asObject(text), clockAheadSeconds } };
	} catch (error) {
		return { failure: url === null ? connectionFailure(error) : withProxy(connectionFailure(error), url) };
	}
}

/** The OAuth error code of a response (RFC 6749 5.2); null if there is none. */
export function oauthError({ json }: Reply): string | null {
	const code = json?.error;
	return typeof code === 'string' && /^[a-z_]{1,64}$/.test(code) ? code : null;
}

function clockAhead(headers: Headers, nowMs: number): number | null {
	const dateMs = Date.parse(headers.get('date') ?? '');
	if (Number.isNaN(dateMs)) return null;
	// A cache sends the time at which it received the response, and its age (RFC 9111 5.1).
	const ageMs = (Number(headers.get('age') ?? 0) || 0) * 1000;
	// The header has whole seconds: on average it is half a second behind.
	return (dateMs + ageMs + 500 - nowMs) / 1000;
}

function asObject(text: string): Reply['json'] {
	const value = parseJson(text);
	return isObject(value) ? value : undefined;
}

/** ` through the proxy host:port (HTTPS_PROXY)` if a URL is requested through a proxy, else an empty string. */
export function viaProxy(url: URL | string): string {
	const target = new URL(url);
	const proxy = proxyFor(target, config().proxies);
	return proxy === undefined ? '' : ` through the proxy ${new URL(proxy).host} (${variableOf(target)})`;
}

/** Adds the proxy to the failure of a request, if it was sent through one. */
export function withProxy({ reason, advice }: ConnectionFailure, url: URL | string): ConnectionFailure {
	const via = viaProxy(url);
	if (via === '') return { reason, advice };
	return {
		reason: `${reason},${via}`,
		advice: `Check the proxy’s finding first. List hosts to reach directly in NO_PROXY. ${advice}`
	};
}

/** The variable that configures the proxy for a URL. */
export function variableOf({ protocol }: URL): string {
	return protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
}

/** Why there was no HTTP response, and what to do about it. */
export interface ConnectionFailure {
	/** A part of a sentence, such as `the connection was refused`. */
	readonly reason: string;
	readonly advice: string;
}

interface KnownFailure extends ConnectionFailure {
	/** Error codes of the system and of OpenSSL, or the text of Deno's `fetch`. */
	readonly pattern: RegExp;
}

const TRUST =
	'Set NODE_EXTRA_CA_CERTS, or DENO_CERT on Deno, to the PEM file of the authority that signed it, for the portal too.';

/** The first match counts: more specific causes come first. */
const known: readonly KnownFailure[] = [
	{
		pattern: /NOT_CAPABLE|NotCapable|Requires net access/,
		reason: 'Deno’s permissions do not allow it',
		advice: 'Name this host in STS_HOSTS: the permissions follow from the configuration.'
	},
	{
		pattern: /ERR_TLS_CERT_ALTNAME_INVALID|not valid for name|NotValidForName/i,
		reason: 'its certificate is for another host name',
		advice: 'Use the name in the certificate, or get a certificate for this name.'
	},
	{
		pattern: /CERT_HAS_EXPIRED|certificate (?:has )?expired|certificate expired|CertExpired/i,
		reason: 'its certificate has expired',
		advice: 'Renew the certificate, and check the clock of this machine.'
	},
	{
		pattern: /CERT_NOT_YET_VALID|not (?:yet valid|valid yet)/i,
		reason: 'its certificate is not valid yet',
		advice: 'Check the clock of this machine.'
	},
	{
		pattern: /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|UnknownIssuer|CaUsedAsEndEntity|invalid peer certificate/i,
		reason: 'its certificate is signed by an authority that this machine does not trust',
		advice: TRUST
	},
	{
		pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|InvalidContentType|EPROTO|corrupt message/i,
		reason: 'there is no TLS at that port',
		advice: 'Write http:// instead of https://, or redis:// instead of rediss://; or use the port for TLS.'
	},
	{
		pattern: /ERR_SSL|ERR_TLS|HandshakeFailure|handshake/i,
		reason: 'the TLS handshake failed',
		advice: 'Check which TLS versions and client certificates it asks for.'
	},
	{
		pattern: /ENOTFOUND|EAI_AGAIN|dns error|failed to lookup/i,
		reason: 'its host name is unknown',
		advice: 'Check the spelling of the address, and the name servers of this machine.'
	},
	{
		pattern: /ECONNREFUSED|connection refused/i,
		reason: 'the connection was refused',
		advice: 'Check the host and the port, and that the service runs.'
	},
	{
		pattern: /bad port/i,
		reason: 'its port is one that HTTP clients refuse to use (Fetch standard, "bad ports")',
		advice: 'Let the service listen on another port.'
	},
	{
		pattern: /EHOSTUNREACH|ENETUNREACH|no route to host|network is unreachable/i,
		reason: 'there is no route to it',
		advice: 'Check the network and its firewalls; this machine must be able to connect there.'
	},
	{
		pattern: /TimeoutError|ETIMEDOUT|UND_ERR_\w*TIMEOUT|timed out|timeout/i,
		reason: 'it did not respond in time',
		advice: 'Check firewalls, a proxy in between, and how busy the service is.'
	},
	{
		pattern: /bad_response/,
		reason: 'its response is not valid HTTP',
		advice: 'Check that it is an HTTP service.'
	},
	{
		pattern: /too_large/,
		reason: 'its response is larger than 1 MiB',
		advice: 'Check the address.'
	},
	{
		pattern:
			/ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_|cut_off|connection (?:closed|reset)|socket (?:hang up|closed)|closed before|unknown RESP/i,
		reason: 'it closed the connection without a response',
		advice: 'Check the host and the port, and whether TLS is needed: https://, or rediss:// for Redis.'
	}
];

/** Explains an error of an HTTP or Redis client, on Node and on Deno. */
export function connectionFailure(error: unknown): ConnectionFailure {
	const texts = allCauses(error).map((cause) => `${codesOf(cause).join(' ')} ${cause.name} ${cause.message}`);
	const found = known.find(({ pattern }) => texts.some((text) => pattern.test(text)));
	return (
		found ?? {
			reason: 'the request failed',
			advice: 'Check the address, and that this machine may connect there.'
		}
	);
}

/** An error, its causes, and the errors of attempts at several addresses of a host name. */
function allCauses(error: unknown): readonly Error[] {
	return causes(error).flatMap((cause) => [
		cause,
		...(cause instanceof AggregateError ? cause.errors.flatMap((part: unknown) => causes(part)) : [])
	]);
}

/** The fault and the reason of an `UpstreamError`; the system's code of other errors. */
function codesOf(error: Error): readonly string[] {
	const { code, reason } = error as { code?: unknown; reason?: unknown };
	return [code, reason].filter((text) => typeof text === 'string');
}
