import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';

/** The part of `fetch`'s options that calls to services behind the portal use. */
export interface SingleShotOptions {
	readonly method?: string | undefined;
	readonly headers?: HeadersInit | undefined;
	/** Pieces are passed on as they come, at the speed of the other side; a fault among them breaks the request off. */
	readonly body?: string | URLSearchParams | AsyncIterable<Uint8Array> | null | undefined;
	readonly signal?: AbortSignal | null | undefined;
	/** As `fetch` has it; there is no other way here. */
	readonly redirect?: 'manual' | undefined;
}

const withoutBody = new Set([204, 205, 304]);
const forms = 'application/x-www-form-urlencoded;charset=UTF-8';

/**
 * `fetch` for what must reach the other side at most once, such as a token call. Deno's `fetch` sends a request again,
 * POST included, when a connection closes without an answer; on both runtimes a kept connection may turn out closed.
 * So: a connection of its own, and never a second try. Redirects are not followed.
 */
export function fetchOnce(url: URL | string, options: SingleShotOptions = {}): Promise<Response> {
	const target = new URL(url);
	const headers = new Headers(options.headers);
	headers.set('accept-encoding', 'identity');
	const whole = typeof options.body === 'string' || options.body instanceof URLSearchParams;
	const pieces = whole ? null : options.body;
	const body = whole ? options.body.toString() : undefined;
	if (options.body instanceof URLSearchParams && !headers.has('content-type')) headers.set('content-type', forms);
	if (body !== undefined) headers.set('content-length', String(Buffer.byteLength(body)));
	const { signal } = options;

	return new Promise((resolve, reject) => {
		const fail = (error: Error) => reject(signal?.aborted ? (signal.reason as Error) : error);
		const open = target.protocol === 'https:' ? requestTls : requestPlain;
		const request = open(
			target,
			{
				method: options.method ?? 'GET',
				headers: Object.fromEntries(headers),
				agent: false,
				...(signal && { signal })
			},
			(answer) => {
				try {
					resolve(responseOf(answer));
				} catch {
					answer.destroy();
					reject(new TypeError('an answer with a status or header that none may have'));
				}
			}
		);
		request.on('error', fail);
		if (pieces) pipeline(pieces, request).catch(fail);
		else request.end(body);
	});
}

function responseOf(answer: IncomingMessage): Response {
	const status = answer.statusCode ?? 502;
	const headers = new Headers();
	for (const [name, values] of Object.entries(answer.headersDistinct))
		for (const value of values ?? []) headers.append(name, value);
	if (withoutBody.has(status)) {
		answer.resume();
		return new Response(null, { status, headers });
	}
	// Nobody may be reading yet, or any more, when an answer breaks off.
	answer.on('error', () => {});
	// Not Readable.toWeb: that one reads ahead without end, whatever its reader does.
	return new Response(ReadableStream.from(answer) as BodyInit, { status, headers });
}
