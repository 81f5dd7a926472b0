import { type ClientResponse, send } from './client';
import { inTurns } from '../http/body';
import { Problem, toProblem } from '../http/problem';
import { startIdleTimeout } from '../clock';
import { faultOf, UpstreamError } from '../http/upstream-error';

/** A body in chunks; a complete body may be given as a list of one chunk. */
export type ByteChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ProxiedRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers: Headers;
	readonly body: ByteChunks | null;
	/** The longest silence of the service while something is expected of it, in milliseconds. */
	readonly timeoutMs: number;
	readonly maxRequestBytes: number;
	/** Largest response body accepted, counted as received. */
	readonly maxResponseBytes: number;
	/** Aborts when the client disconnects. */
	readonly signal: AbortSignal;
	/** Called when the response fails after its head has been passed on. The response then breaks off. */
	readonly onBreak: (problem: Problem) => void;
}

/**
 * Forwards a request to a service behind the portal and streams the response back, each at the pace of its reader.
 * Redirects are not followed, and the request is sent at most once.
 * @returns the response as received, including its headers
 * @throws {UpstreamError}, or {Problem} `payload_too_large` if the request body exceeds `maxRequestBytes`
 */
export async function proxyRequest(wanted: ProxiedRequest): Promise<Response> {
	const stop = stoppedWith(wanted.signal);
	const progress = { timedOut: false, cancelled: false, responding: false, url: wanted.url };
	const idleTimeout = startIdleTimeout(wanted.timeoutMs, () => {
		progress.timedOut = true;
		stop.abort();
	});
	const fault = (error: unknown) => {
		idleTimeout.rest();
		stop.abort();
		progress.cancelled ||= wanted.signal.aborted;
		return error instanceof Problem ? error : faultOf(error, progress);
	};

	/** The request body. The service must read each chunk, and finally respond, within the time limit. */
	async function* upward(body: ByteChunks) {
		const change = (next: () => void) => !progress.responding && next();
		let bytes = 0;
		for await (const chunk of body) {
			bytes += chunk.byteLength;
			if (bytes > wanted.maxRequestBytes) throw new Problem('payload_too_large');
			change(idleTimeout.expect);
			yield chunk;
			change(idleTimeout.rest);
		}
		change(idleTimeout.expect);
	}

	/** The response body. While its reader pauses, nothing is expected of the service. */
	async function* downward(body: AsyncIterable<Uint8Array>) {
		let bytes = 0;
		try {
			idleTimeout.expect();
			for await (const chunk of inTurns(body)) {
				idleTimeout.rest();
				bytes += chunk.byteLength;
				if (bytes > wanted.maxResponseBytes) throw new UpstreamError('too_large');
				yield chunk;
				idleTimeout.expect();
			}
			idleTimeout.rest();
		} catch (error) {
			const problem = toProblem(fault(error));
			if (!progress.cancelled) wanted.onBreak(problem);
			throw problem;
		}
	}

	function readable(chunks: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
		return new ReadableStream(
			{
				pull: async (controller) => {
					const next = await chunks.next();
					if (next.done) controller.close();
					else controller.enqueue(next.value);
				},
				// Takes effect immediately, even while the service is silent.
				cancel: () => {
					progress.cancelled = true;
					stop.abort();
				}
			},
			{ highWaterMark: 0 }
		);
	}

	try {
		idleTimeout.expect();
		const { method, url } = wanted;
		const message = { method, url, headers: Object.fromEntries(wanted.headers), signal: stop.signal };
		const response = await send({ ...message, body: wanted.body && upward(wanted.body) });
		progress.responding = true;
		idleTimeout.rest();
		assertAcceptable(response, wanted.maxResponseBytes);
		const { body, status, headers } = response;
		return new Response(body && readable(downward(body)), { status, headers });
	} catch (error) {
		throw fault(error);
	}
}

/** A controller that also aborts when the caller's signal does. */
function stoppedWith(caller: AbortSignal): AbortController {
	const stop = new AbortController();
	const options = { once: true, signal: stop.signal };
	if (caller.aborted) stop.abort();
	else caller.addEventListener('abort', () => stop.abort(), options);
	return stop;
}

function assertAcceptable({ status, headers }: ClientResponse, maxBytes: number): void {
	if (status >= 300 && status < 400 && status !== 304) throw new UpstreamError('redirected');
	if (Number(headers.get('content-length')) > maxBytes) throw new UpstreamError('too_large');
}
