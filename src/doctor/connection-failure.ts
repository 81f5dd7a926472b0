import { causes } from '../lib/server/error-fields';

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
		advice: 'Use the name that stands in the certificate, or get a certificate for this name.'
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
		reason: 'its certificate is signed by an authority that this machine does not know',
		advice: TRUST
	},
	{
		pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|InvalidContentType|EPROTO|corrupt message/i,
		reason: 'there is no TLS at that port',
		advice: 'Write http:// instead of https://, or use the port that speaks TLS.'
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
		reason: 'it gave no response in time',
		advice: 'Check firewalls, a proxy in between, and how busy the service is.'
	},
	{
		pattern: /bad_response/,
		reason: 'its response is no HTTP response that a client can use',
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
