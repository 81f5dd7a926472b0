import * as v from 'valibot';
import { announcesJson } from './json-type';
import { fetchOnce } from './fetch-once';
import { faultOf, UpstreamError } from './upstream-error';

export interface UpstreamRequest {
	readonly method: string;
	readonly url: URL | string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | URLSearchParams | undefined;
	/** For the whole exchange, the last byte of the answer included. */
	readonly timeoutMs: number;
	/** Largest answer taken, counted after decompression. */
	readonly maxBytes: number;
	readonly fetch?: typeof fetch | undefined;
	readonly signal?: AbortSignal | undefined;
}

export interface UpstreamAnswer {
	/** Any status but a redirect's. */
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The parsed body; `undefined` when the answer does not say JSON, or says it and is not. */
	readonly json: unknown;
}

/**
 * One exchange with a service behind the portal. Redirects are never followed: a redirect would carry a credential
 * to a place that configuration doesn't name.
 * @throws {UpstreamError} and nothing else; it holds no word of the upstream's text.
 */
export async function callUpstream(request: UpstreamRequest): Promise<UpstreamAnswer> {
	const stop = new AbortController();
	const progress = { timedOut: false, answering: false, read: false };
	const timer = setTimeout(() => {
		progress.timedOut = true;
		stop.abort();
	}, request.timeoutMs);
	const signal = request.signal ? AbortSignal.any([stop.signal, request.signal]) : stop.signal;
	try {
		const { method, body = null } = request;
		const asked = { accept: 'application/json', ...request.headers };
		const send = request.fetch ?? (method === 'GET' ? fetch : fetchOnce);
		const response = await send(request.url, { method, headers: asked, body, redirect: 'manual', signal });
		progress.answering = true;
		if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
			throw new UpstreamError('redirected');
		}
		const text = await readText(response, request.maxBytes);
		progress.read = true;
		const { status, headers } = response;
		return { status, headers, text, json: parseJson(headers, text) };
	} catch (error) {
		throw faultOf(error, { ...progress, cancelled: request.signal?.aborted === true });
	} finally {
		clearTimeout(timer);
		// Frees the connection of an answer that was not read to its end; to abort for nothing costs an exception with its stack.
		if (!progress.read) stop.abort();
	}
}

/**
 * What a good answer says.
 * @throws {UpstreamError} `not_json` or `bad_shape`.
 */
export function parseAnswer<Schema extends v.GenericSchema>(
	schema: Schema,
	answer: UpstreamAnswer
): v.InferOutput<Schema> {
	if (answer.json === undefined) throw new UpstreamError('not_json');
	const result = v.safeParse(schema, answer.json);
	if (!result.success) throw new UpstreamError('bad_shape');
	return result.output;
}

async function readText(response: Response, maxBytes: number): Promise<string> {
	const announced = Number(response.headers.get('content-length') ?? NaN);
	if (announced > maxBytes) throw new UpstreamError('too_large');
	// Nothing more can come than was announced, compressed answers aside. Read as a whole, which costs half of reading pieces.
	if (announced <= maxBytes && !response.headers.has('content-encoding')) return response.text();
	if (!response.body) return '';
	const decoder = new TextDecoder();
	let text = '';
	let bytes = 0;
	for await (const chunk of response.body) {
		bytes += chunk.byteLength;
		if (bytes > maxBytes) throw new UpstreamError('too_large');
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}

function parseJson(headers: Headers, text: string): unknown {
	if (!announcesJson(headers)) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
