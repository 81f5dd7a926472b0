import { config } from '../config';
import { withoutTrailingSlash } from '../config/fields';
import * as v from 'valibot';
import { createByteBuffer, inTurns } from '../http/body';
import { faultOf, UpstreamError } from '../http/upstream-error';
import { Problem } from '../http/problem';
import { parseJson } from './lenient';

/** One request to a service behind the portal. */
export interface ClientRequest {
	/** `http:` or `https:`. */
	readonly url: URL | string;
	readonly method: string;
	/** By lower-case name. `accept-encoding` is `identity` by default. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** An iterable is sent as it is produced; an error that it throws aborts the request. */
	readonly body?: string | AsyncIterable<Uint8Array> | null | undefined;
	readonly signal: AbortSignal;
	/**
	 * Whether the request may be sent over a connection that has been used before. Default: GET and HEAD only. Set it to
	 * false for a GET that consumes something, such as an authorization code.
	 */
	readonly reuse?: boolean | undefined;
}

/** A final response, with a status from 200 to 599. A `Response` has this shape too. */
export interface ClientResponse {
	readonly status: number;
	readonly headers: Headers;
	/** The bytes as sent, in the encoding that `content-encoding` names. Abort the request to leave it unread. */
	readonly body: AsyncIterable<Uint8Array> | null;
}

/**
 * Sends a request at most once and does not follow redirects.
 * @throws {UpstreamError} `bad_response`, {NotConnected}, the signal's reason, or an error of the connection
 */
export type Send = (request: ClientRequest) => Promise<ClientResponse>;

let connections: Promise<Send> | undefined;

/**
 * The HTTP client for all calls to the STS, the Auth Bridge and backends, the same on Node and on Deno. The first call
 * loads undici, so that the start does not have to.
 */
export const send: Send = async (request) => {
	connections ??= import('./connections').then(({ createConnections }) => createConnections(config().proxies));
	return (await connections)(request);
};

export interface UpstreamRequest {
	readonly method: string;
	readonly url: URL | string;
	/** By lower-case name. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | undefined;
	/** For the whole exchange, including the last byte of the response. */
	readonly timeoutMs: number;
	/** Largest response body accepted, counted after decompression. */
	readonly maxBytes: number;
	/** See `ClientRequest`. */
	readonly reuse?: boolean | undefined;
	/** Replaces the HTTP client. */
	readonly send?: Send | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** A complete response. */
export interface Exchanged {
	/** From 200 to 599. */
	readonly status: number;
	/** Without `content-encoding`: the text is decoded. */
	readonly headers: Headers;
	readonly text: string;
}

export interface UpstreamResponse extends Exchanged {
	/** The parsed body; `undefined` if it is not JSON, whatever its content type. */
	readonly json: unknown;
}

/**
 * Sends one request to a service behind the portal and reads its whole response. Redirects are not followed.
 * @throws {UpstreamError} and nothing else; it contains no upstream text.
 */
export async function exchange(request: UpstreamRequest): Promise<Exchanged> {
	const stop = new AbortController();
	const progress = { timedOut: false, responding: false, read: false };
	const timer = setTimeout(() => {
		progress.timedOut = true;
		stop.abort();
	}, request.timeoutMs);
	const signal = request.signal ? AbortSignal.any([stop.signal, request.signal]) : stop.signal;
	try {
		const { method, url, headers, body, reuse } = request;
		const sent = { accept: 'application/json', ...headers };
		const response = await (request.send ?? send)({ method, url, headers: sent, body, signal, reuse });
		progress.responding = true;
		const text = await readText(response, request.maxBytes);
		progress.read = true;
		return { status: response.status, headers: response.headers, text };
	} catch (error) {
		const timedOut = progress.timedOut || isTimedOut(request.signal);
		const cancelled = request.signal?.aborted === true;
		throw faultOf(error, { ...progress, timedOut, cancelled, url: request.url });
	} finally {
		clearTimeout(timer);
		// Frees the connection of a response that was not read to its end. To abort without need would cost an exception
		// with its stack.
		if (!progress.read) stop.abort();
	}
}

/** Whether the caller's signal is one of `AbortSignal.timeout`, and its time is over. */
function isTimedOut(signal: AbortSignal | undefined): boolean {
	const reason: unknown = signal?.reason;
	return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/**
 * Like `exchange`, for a service that has no reason to redirect: a redirect would send a credential to a host that the
 * configuration does not name.
 * @throws {UpstreamError}
 */
export async function callUpstream(request: UpstreamRequest): Promise<UpstreamResponse> {
	const response = await exchange(request);
	if (response.status >= 300 && response.status < 400) throw new UpstreamError('redirected');
	return { ...response, json: parseJson(response.text) };
}

/**
 * Validates the JSON of a successful response.
 * @throws {UpstreamError} `not_json` or `bad_shape`.
 */
export function parseResponse<Schema extends v.GenericSchema>(
	schema: Schema,
	response: UpstreamResponse
): v.InferOutput<Schema> {
	if (response.json === undefined) throw new UpstreamError('not_json');
	const result = v.safeParse(schema, response.json);
	if (!result.success) throw new UpstreamError('bad_shape');
	return result.output;
}

async function readText({ headers, body }: ClientResponse, maxBytes: number): Promise<string> {
	// The response to HEAD, and a 304, have the length of a body that they do not have (RFC 9110 8.6).
	if (!body) return '';
	if (Number(headers.get('content-length') ?? NaN) > maxBytes) throw new UpstreamError('too_large');
	const encoding = headers.get('content-encoding');
	const buffer = createByteBuffer(maxBytes);
	for await (const chunk of inTurns(encoding === null ? body : await decodedBody(body, encoding)))
		if (!buffer.append(chunk)) throw new UpstreamError('too_large');
	if (encoding !== null) for (const name of ['content-encoding', 'content-length']) headers.delete(name);
	return new TextDecoder().decode(buffer.toBytes());
}

/** The decoders are loaded when first needed: responses are requested without encoding. */
async function decodedBody(body: AsyncIterable<Uint8Array>, encoding: string): Promise<AsyncIterable<Uint8Array>> {
	const { decompressed } = await import('./connections');
	return decompressed(body, encoding);
}

/** The credentials for a service behind the portal. Each value is a complete header, such as `Bearer …`. */
export interface UpstreamAuthorization {
	readonly current: () => Promise<string>;
	/** A new value after the service has refused the current one; null if none is available. */
	readonly refresh: () => Promise<string | null>;
}

const MAX_SEGMENT_LENGTH = 512;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSAFE = /^\.{0,2}$|[\u0000-\u001f\u007f]/;

/**
 * The URL of a resource of a service behind the portal: its base URL, which may have a path, plus encoded segments. Without
 * segments it is the base URL itself.
 * @throws {Problem} `not_found` for a segment that would change the rest of the path.
 */
export function upstreamUrl(base: URL, segments: readonly string[], query: URLSearchParams | string = ''): URL {
	const path = [withoutTrailingSlash(base.pathname), ...segments.map(encoded)].join('/') || '/';
	const url = new URL(path, base.origin);
	if (url.origin !== base.origin || url.pathname !== path) throw new Problem('not_found');
	url.search = query.toString();
	return url;
}

// Encoding does not change `.` and `..`, so the URL parser would resolve them. Half of a surrogate pair cannot be encoded.
function encoded(segment: string): string {
	if (segment.length > MAX_SEGMENT_LENGTH || UNSAFE.test(segment) || !segment.isWellFormed()) {
		throw new Problem('not_found');
	}
	return encodeURIComponent(segment);
}
