const MAX_CAUSES = 10;
const MAX_TEXT_LENGTH = 300;
const MAX_DESCRIPTION_LENGTH = 200;

/** An error code of OAuth (RFC 6749 5.2), or one that a service has defined itself. */
const OAUTH_CODE = /^[a-z][a-z_]{1,63}$/;
const ERROR_CODE = /^[A-Za-z][\w-]{1,63}$/;
/** Errors whose codes state what went wrong: their stacks add nothing. */
const EXPECTED_NAMES: ReadonlySet<string> = new Set([
	'IdTokenRefused',
	'KeysUnavailable',
	'Problem',
	'SessionEnded',
	'SessionTooLarge',
	'StoreUnavailable',
	'TimeoutError',
	'UpstreamError',
	'WorkFailed'
]);
/** Codes of errors of oauth4webapi and jose. */
const EXPECTED_CODES = /^(?:OAUTH_|ERR_J)/;

/** What an operator should check first, by error code. */
const hints: Readonly<Record<string, string>> = {
	invalid_client: 'the STS does not accept the client id, its secret or key, or the way it is sent',
	invalid_request:
		'the STS refuses a parameter of the request: check that both callbacks of the portal are registered for its client',
	unauthorized_client: 'the STS does not allow this client to use this grant',
	invalid_scope: 'the STS does not grant these scopes to this client',
	invalid_target: 'the STS does not issue tokens for this resource or audience to this client',
	invalid_grant: 'the code or refresh token has expired, was used before, or belongs to another client',
	NO_DISCOVERY_DOCUMENT: 'there is no discovery document below STS_ISSUER_URL: check its path',
	unreachable: 'no connection: check the address, DNS, the proxy and the certificate',
	timeout: 'no response in time',
	cut_off: 'the connection broke before the response was complete',
	OAUTH_RESPONSE_IS_NOT_JSON: 'the response is not JSON: a gateway or proxy may have sent it',
	OAUTH_UNSUPPORTED_OPERATION:
		'a token or key has a type that the portal does not support: it uses Bearer tokens, not DPoP',
	OAUTH_PARSE_ERROR: 'the response is not valid JSON: a gateway or proxy may have sent it',
	OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'the ID token is for another issuer, client or sign-in: check STS_ISSUER_URL',
	OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'the ID token is not valid at this time: compare the clocks',
	ERR_JWT_EXPIRED: 'the token has expired already: compare the clocks',
	id_token_iat: 'the ID token was issued in the future: compare the clocks',
	id_token_azp: 'the ID token is for another client: check STS_CLIENT_ID',
	OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'the discovery document names another issuer than STS_ISSUER_URL'
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'redis:': 6379, 'rediss:': 6379 };

/** `host:port` of a service, for the log: without the user, path and query, which may be secret or personal. */
export function hostOf(address: URL | string): string | undefined {
	if (!URL.canParse(String(address))) return undefined;
	const { hostname, port, protocol } = new URL(address);
	return `${hostname}:${port || DEFAULT_PORTS[protocol]}`;
}

/** An error and its causes, outermost first, at most ten. Auth.js wraps a cause in `{ err }`. */
export function causes(error: unknown): readonly Error[] {
	const found: Error[] = [];
	for (let current = error; current instanceof Error && found.length < MAX_CAUSES; current = causeOf(current))
		found.push(current);
	return found;
}

function causeOf({ cause }: Error): unknown {
	return typeof cause === 'object' && cause !== null && 'err' in cause ? cause.err : cause;
}

/** The HTTP status of an error, if any. `oauth4webapi` sets the status on its errors, or the response as their cause. */
export function statusOf(error: Error): number | undefined {
	if ('status' in error && typeof error.status === 'number') return error.status;
	return error.cause instanceof Response ? error.cause.status : undefined;
}

/**
 * The log fields of an error: the codes and texts of its innermost causes, with a hint on what to check. Only unexpected
 * errors have a stack.
 */
export function errorFields(error: Error): Record<string, unknown> {
	const chain = causes(error);
	const lastOf = <Value>(read: (cause: Error) => Value | undefined) =>
		chain.map(read).findLast((value) => value !== undefined);
	const expected = chain.findLast(isExpected);
	const code = lastOf(oauthCodeOf) ?? lastOf(codeOf);
	const status = lastOf(statusOf);
	const reason = lastOf((cause) => ('reason' in cause && typeof cause.reason === 'string' ? cause.reason : undefined));
	const host = lastOf((cause) => ('host' in cause && typeof cause.host === 'string' ? cause.host : undefined));
	const description = lastOf(descriptionOf);
	const hinted = [reason, code].find((key) => key !== undefined && Object.hasOwn(hints, key));
	const hint = hinted === undefined ? undefined : hints[hinted];
	return {
		name: (expected ?? chain.at(-1) ?? error).name,
		message: redact(describeCause(error)),
		...lastOf((cause) => ('facts' in cause && typeof cause.facts === 'object' ? cause.facts : undefined)),
		...(code !== undefined && { code }),
		...(reason !== undefined && { reason: redact(reason) }),
		...(host !== undefined && { host }),
		...(status !== undefined && { status }),
		...(description !== undefined && { description }),
		...(hint !== undefined && { hint }),
		...(expected === undefined && { stack: redact((chain.at(-1) ?? error).stack ?? '') })
	};
}

function isExpected(error: Error): boolean {
	return EXPECTED_NAMES.has(error.name) || ('code' in error && EXPECTED_CODES.test(String(error.code)));
}

const STANDARD_CODE =
	/^(?:(?:invalid|unsupported)_\w+|unauthorized_client|access_denied|expired_token|\w+_required|server_error|temporarily_unavailable|slow_down)$/;

/** Whether a text looks like an error code of OAuth or OpenID Connect, rather than the `error` of a gateway. */
export function isStandardCode(text: unknown): boolean {
	return typeof text === 'string' && STANDARD_CODE.test(text);
}

/**
 * The `error` of a response body, or of a challenge (RFC 6750 3). A challenge without one means that the client was
 * rejected (RFC 6749 5.2).
 */
export function oauthCodeOf(error: Error): string | undefined {
	const code = 'error' in error ? error.error : undefined;
	if (typeof code === 'string' && OAUTH_CODE.test(code)) return code;
	if (!('code' in error) || error.code !== 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return undefined;
	const challenges = error.cause as readonly { readonly parameters?: { readonly error?: string } }[];
	const named = challenges.map(({ parameters }) => parameters?.error).find((text) => OAUTH_CODE.test(text ?? ''));
	return named ?? 'invalid_client';
}

function codeOf(error: Error): string | undefined {
	return 'code' in error && typeof error.code === 'string' && ERROR_CODE.test(error.code) ? error.code : undefined;
}

function descriptionOf(error: Error): string | undefined {
	const description = 'error_description' in error ? error.error_description : undefined;
	return oauthCodeOf(error) !== undefined && typeof description === 'string'
		? redactedDescription(description)
		: undefined;
}

/**
 * Log fields for an `error` and `error_description` that the STS sent through the browser; empty if `error` is not a code.
 */
export function oauthErrorFields(error: string | null, description: string | null): Record<string, string> {
	if (error === null || !OAUTH_CODE.test(error)) return {};
	return { stsError: error, ...(description !== null && { stsDescription: redactedDescription(description) }) };
}

/** Truncates the text before it is redacted, too: a query may be long. */
function redactedDescription(text: string): string {
	return redact(text.slice(0, 10 * MAX_DESCRIPTION_LENGTH)).slice(0, MAX_DESCRIPTION_LENGTH);
}

/**
 * The messages of an error and its causes, for a field of a log line: `fetch failed: connect ECONNREFUSED 127.0.0.1:8090`.
 * The stack is not included. The log redacts the text like any other.
 */
export function describeCause(error: unknown): string {
	const chain = causes(error);
	if (chain.length === 0) return typeof error === 'string' ? error.slice(0, MAX_TEXT_LENGTH) : 'unknown';
	const own = chain.filter((cause, index) => index === chain.length - 1 || !isWrapper(cause));
	// The message of a parser quotes the text that it could not read.
	const quotable = own.filter((cause, index) => index === 0 || !(cause instanceof SyntaxError));
	return [...new Set(quotable.map(textOf))].join(': ').slice(0, MAX_TEXT_LENGTH);
}

/** Auth.js's errors, and the portal's errors around them, state only that there is a cause. */
function isWrapper(error: Error): boolean {
	const { cause } = error;
	return error.name === 'AuthjsError' || (typeof cause === 'object' && cause !== null && 'err' in cause);
}

/** Some network errors have only a code, such as an AggregateError of several refused addresses. */
function textOf(error: Error): string {
	const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
	if (error.message === '') return code || error.name;
	return error.message.includes(code) ? error.message : `${code} ${error.message}`;
}

/** Eight groups, or fewer around a `::` (RFC 4291 2.2). `::` and `::1` (2.5) identify no one. */
const IPV6 =
	/(?<![\w:.])(?!::1?(?![\w:]))(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?::(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?)(?![\w:])/gi;

/** Upstream services control the texts, so the time that a pattern takes must be proportional to the length of the text. */
const patterns: readonly (readonly [RegExp, string])[] = [
	[/eyJ[\w.-]+/g, '[token]'],
	[/\b(?:Bearer|Basic|DPoP)\s+[\w.~+/=-]+/gi, '[credential]'],
	[/\b((?:access_|refresh_|id_|logout_)?token|code|state|client_secret|password)=[^\s&"',;]+/gi, '$1=[value]'],
	[/(:\/\/)[^\s/@"']{1,500}@/g, '$1[credential]@'],
	[/\burn:(?:schac|mace|geant):[\w.:%@+~/-]+/gi, '[urn]'],
	[IPV6, '[address]'],
	[/\b[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}\b/gi, '[id]'],
	[/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]'],
	[/\b[\w-]{40,}\b/g, '[opaque]']
];
const WEB_ADDRESS = /https?:\/\/[^\s"']*/g;

/** Replaces tokens, credentials, ids, e-mail addresses and query strings in a text meant for the log. */
export function redact(text: string): string {
	const withoutQueries = text.replace(WEB_ADDRESS, (address) => address.replace(/[?#][^]*/, '?[query]'));
	return patterns.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), withoutQueries);
}
