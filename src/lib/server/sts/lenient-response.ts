import { log } from '../log';
import { isObject } from '../upstream/lenient';

/** One year. A longer lifetime is a mistake, and its end can't be represented as a date. */
const MAX_LIFE_SECONDS = 366 * 24 * 60 * 60;
const REPORT_EVERY_MS = 60_000;
/**
 * The assumed lifetime of a pushed request (RFC 9126, 2.2) without one. The request is used at once, but the libraries
 * require a lifetime.
 */
const ASSUMED_PAR_SECONDS = 60;
const texts = ['access_token', 'refresh_token', 'id_token', 'token_type', 'scope', 'request_uri', 'error_description'];
const tokens = ['access_token', 'refresh_token', 'id_token'];
/** The characters that a token may contain (RFC 6749, A.12). A token with any other character can't be sent in a header. */
const TOKEN = /^[\u0020-\u007e]+$/;

let reportedAtMs = -Infinity;

/**
 * The response of a token endpoint (RFC 6749, 5.1) or of a pushed authorization request, without what the libraries would
 * reject: optional fields that are null, empty or of the wrong type, tokens that can't be sent in a header, numbers as
 * texts, and other content types. A body that is not a JSON object is not changed.
 */
export async function lenientResponse(response: Response): Promise<Response> {
	const { status, headers } = response;
	const text = await response.text();
	const parsed = parse(text);
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
	if (body.request_uri !== undefined) body.expires_in ??= ASSUMED_PAR_SECONDS;
	if (isEncryptedToken(body.id_token)) {
		delete body.id_token;
		reportEncrypted();
	}
	const sent = new Headers(headers);
	sent.set('content-type', 'application/json');
	// The body has more details than the challenge that must accompany it (RFC 6749, 5.2), and the libraries read only one
	// of them.
	if (typeof body.error === 'string') sent.delete('www-authenticate');
	return new Response(JSON.stringify(body), { status: successOf(body, status), headers: sent });
}

/** The libraries accept only the status that the RFCs specify: 200 for tokens, 201 for a pushed request. */
function successOf(body: Readonly<Record<string, unknown>>, status: number): number {
	if (body.access_token !== undefined && status === 201) return 200;
	return body.request_uri !== undefined && status === 200 ? 201 : status;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Whether a value can be serialised. A value that is nested too deeply can be parsed, but not serialised. */
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

/** Whether a token is encrypted: a JWE in compact serialisation has five parts (RFC 7516, 7.1), a signed token three. */
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
