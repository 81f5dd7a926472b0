import {
	type AuthorizationServer,
	JSON_ATTRIBUTE_COMPARISON,
	PARSE_ERROR,
	RESPONSE_IS_NOT_JSON,
	ResponseBodyError,
	WWWAuthenticateChallengeError
} from 'oauth4webapi';
import { causes, isStandardCode, oauthCodeOf, statusOf } from '../error-fields';
import { UpstreamError, type UpstreamFault } from '../http/upstream-error';
import { KeysUnavailable } from './keys';
import { log } from '../log';
import { isHttpUrl, isObject, parseJson, readBoolean, readStrings } from '../upstream/lenient';
import { decodeJwt } from 'jose';
import * as v from 'valibot';

/**
 * Faults of the connection or of the server. `redirected`, `not_json` and `bad_shape` are missing because they are a
 * misconfiguration.
 */
const UNAVAILABLE: readonly UpstreamFault[] = [
	'unreachable',
	'timeout',
	'cancelled',
	'cut_off',
	'bad_response',
	'too_large'
];

/** Whether a failed call certainly did not reach the STS. */
export function isNeverSent(error: unknown): boolean {
	return causes(error).some((cause) => cause instanceof UpstreamError && cause.code === 'unreachable');
}

/**
 * Whether the server is unavailable: it could not be reached, did not respond in time, failed, or has no keys to verify a
 * token with.
 */
export function isUnavailable(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			cause instanceof KeysUnavailable ||
			(cause instanceof UpstreamError && UNAVAILABLE.includes(cause.code)) ||
			isServerFault(cause)
	);
}

/**
 * Error codes for a failure of the STS itself. RFC 6749 defines the first two for callbacks (4.1.2.1); the token endpoints
 * of some services send them with status 400.
 */
export const serverErrors: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down'];

/**
 * Whether the server failed, or a gateway responded in its place: 5xx, 408, 429, or a body that is not JSON. `oauth4webapi`
 * and its copy in Auth.js share these codes.
 */
function isServerFault(error: Error): boolean {
	const status = statusOf(error) ?? 0;
	if (status >= 500 || status === 408 || status === 429) return true;
	if (serverErrors.includes(oauthCodeOf(error) ?? '')) return true;
	return 'code' in error && (error.code === RESPONSE_IS_NOT_JSON || error.code === PARSE_ERROR);
}

/** OAuth errors about the portal as a client (RFC 6749 5.2, RFC 8707 2). Its operator has to act. */
export const clientErrors: readonly string[] = [
	'invalid_client',
	'unauthorized_client',
	'invalid_scope',
	'invalid_target',
	'unsupported_grant_type'
];

/**
 * The error code of the token endpoint (RFC 6749 5.2); undefined for anything but an error response. A challenge means that it
 * rejects the client.
 */
export function tokenErrorOf(error: unknown): string | undefined {
	if (error instanceof WWWAuthenticateChallengeError) return 'invalid_client';
	return error instanceof ResponseBodyError ? error.error : undefined;
}

/** Whether the STS rejects the portal as a client, or is not the issuer that the portal is configured for. */
export function isMisconfigured(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			clientErrors.includes(oauthCodeOf(cause) ?? '') || ('code' in cause && cause.code === JSON_ATTRIBUTE_COMPARISON)
	);
}

/** Whether the STS responded with an OAuth error code, other than those for its own failure. */
export function isRefusal(error: unknown): boolean {
	const code = causes(error)
		.map(oauthCodeOf)
		.findLast((found) => found !== undefined);
	return code !== undefined && !serverErrors.includes(code);
}

/** One year. A longer lifetime is a mistake, and its end can't be represented as a date. */
const MAX_LIFE_SECONDS = 366 * 24 * 60 * 60;
const REPORT_EVERY_MS = 60_000;
/**
 * The assumed lifetime of a pushed request (RFC 9126 2.2) without one. The request is used immediately, but the libraries
 * require a lifetime.
 */
const ASSUMED_PAR_SECONDS = 60;
const texts = ['access_token', 'refresh_token', 'id_token', 'token_type', 'scope', 'request_uri', 'error_description'];
const tokens = ['access_token', 'refresh_token', 'id_token'];
/** The characters that a token may contain (RFC 6749, A.12). A token with any other character can't be sent in a header. */
const TOKEN = /^[\u0020-\u007e]+$/;

let reportedAtMs = -Infinity;

/**
 * The response of a token endpoint (RFC 6749 5.1) or of a pushed authorization request, without what the libraries would
 * reject: optional fields that are null, empty or of the wrong type, tokens that can't be sent in a header, numbers as
 * texts, and other content types. The libraries refuse an unusable type of token themselves, but not DPoP. A body that is not a
 * JSON object is not changed.
 */
export async function lenientResponse(response: Response): Promise<Response> {
	const { status, headers } = response;
	const text = await response.text();
	const parsed = parseJson(text);
	const isBodyless = [204, 205, 304].includes(status);
	if (!isObject(parsed)) return new Response(isBodyless ? null : text, { status, headers });
	const body: Record<string, unknown> = Object.fromEntries(
		Object.entries(parsed).filter(
			([name, value]) => !isAbsent(value) && canBeWritten(value) && (!texts.includes(name) || isText(name, value))
		)
	);
	const seconds = Number(body.expires_in);
	if (Number.isFinite(seconds) && seconds > 0 && isNumeric(body.expires_in))
		body.expires_in = Math.min(Math.floor(seconds), MAX_LIFE_SECONDS);
	else delete body.expires_in;
	if (body.access_token !== undefined) body.token_type ??= 'Bearer';
	// The portal sends tokens without the proof that this type requires (RFC 6749 7.1, RFC 9449 7.1).
	if (/^dpop$/i.test(String(body.token_type))) body.token_type = 'DPoP without a proof';
	if (body.request_uri !== undefined) body.expires_in ??= ASSUMED_PAR_SECONDS;
	if (isEncryptedToken(body.id_token)) {
		delete body.id_token;
		reportEncrypted();
	}
	const sent = new Headers(headers);
	sent.set('content-type', 'application/json');
	// The body has more details than the challenge that must accompany it (RFC 6749 5.2), and the libraries read only one
	// of them.
	if (typeof body.error === 'string') sent.delete('www-authenticate');
	return new Response(JSON.stringify(body), { status: specifiedStatus(body, status), headers: sent });
}

/** The libraries accept only the status that the RFCs specify: 200 for tokens, 201 for a pushed request, 400 for an error. */
function specifiedStatus(body: Readonly<Record<string, unknown>>, status: number): number {
	if (body.access_token !== undefined) return status === 201 ? 200 : status;
	if (body.request_uri !== undefined) return status === 200 ? 201 : status;
	return status < 300 && isStandardCode(body.error) ? 400 : status;
}

/** Whether a value can be serialized. V8 before Node 26 can parse a value that is nested very deeply, but not serialize it. */
function canBeWritten(value: unknown): boolean {
	try {
		JSON.stringify(value);
		return true;
	} catch {
		return false;
	}
}
const isText = (name: string, value: unknown) =>
	typeof value === 'string' && (!tokens.includes(name) || TOKEN.test(value));
const isAbsent = (value: unknown) => value === null || value === '';
const isNumeric = (value: unknown) =>
	typeof value === 'number' || (typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value));

/** Whether a token is encrypted: a JWE in compact serialization has five parts (RFC 7516 7.1), a signed token three. */
export function isEncryptedToken(token: unknown): boolean {
	return typeof token === 'string' && token.split('.').length === 5;
}

function reportEncrypted(): void {
	const nowMs = performance.now();
	if (nowMs - reportedAtMs < REPORT_EVERY_MS) return;
	reportedAtMs = nowMs;
	log.error('the STS encrypts ID tokens: set up the client without ID token encryption', {
		code: 'id_token_encrypted'
	});
}

const TokenResponse = v.looseObject({ id_token: v.string() });

/**
 * The claims that the OAuth libraries need (OpenID Connect Core 3.1.3.7). They reject tokens for unusual values of other
 * claims, and check `nbf` with a smaller clock tolerance than `verifyIdToken`.
 */
const LIBRARY_CLAIMS = ['iss', 'sub', 'aud', 'azp', 'exp', 'iat'];

/**
 * A token response for the OAuth libraries, which check claims but no signature. Its ID token contains only the claims that
 * they need, and none that is null. `verifyIdToken` checks the complete ID token.
 * @returns the response, and the ID token as the STS sent it, with its issuer
 */
export async function withoutOtherClaims(response: Response): Promise<{
	readonly response: Response;
	readonly idToken: string | undefined;
	readonly issuer?: string | undefined;
}> {
	const body = v.safeParse(
		TokenResponse,
		await response
			.clone()
			.json()
			.catch(() => null)
	);
	if (!body.success) return { response, idToken: undefined };
	const { id_token: idToken, ...rest } = body.output;
	const [header = '', , signature = ''] = idToken.split('.');
	try {
		const whole = decodeJwt(idToken);
		const claims = Object.entries(whole).filter(([name, value]) => LIBRARY_CLAIMS.includes(name) && value !== null);
		const payload = Buffer.from(JSON.stringify(Object.fromEntries(claims))).toString('base64url');
		const { status, headers } = response;
		return {
			response: Response.json({ ...rest, id_token: `${header}.${payload}.${signature}` }, { status, headers }),
			idToken,
			issuer: whole.iss
		};
	} catch {
		// This is not a JWT, which the libraries report.
		return { response, idToken };
	}
}

/**
 * Metadata without what would mislead the libraries: URLs that are not http(s) URLs, and invalid entries of lists. The
 * issuer has already been compared.
 */
export function readMetadata(document: AuthorizationServer): AuthorizationServer {
	const read = Object.entries(document).map(([name, value]): readonly [string, unknown] => {
		if (/_(?:endpoint|uri)$/.test(name))
			return [name, typeof value === 'string' && isHttpUrl(value.trim()) ? value.trim() : undefined];
		if (/_(?:values|methods|types|modes)_supported$/.test(name)) return [name, readNonEmpty(value)];
		// Only a value that clearly means false removes the requirement for `iss` in callbacks (RFC 9207).
		return [name, name === 'authorization_response_iss_parameter_supported' ? (readBoolean(value) ?? value) : value];
	});
	return { ...Object.fromEntries(read.filter(([, value]) => value !== undefined)), issuer: document.issuer };
}

function readNonEmpty(value: unknown): readonly string[] | undefined {
	const texts = readStrings(value);
	return texts.length > 0 ? texts : undefined;
}
