import { type ClientResponse, send } from './client';
import { inTurns } from '../http/byte-chunks';
import { Problem, toProblem } from '../http/problem';
import { watchSilence } from '../http/event-stream';
import { faultOf, UpstreamError } from '../http/upstream-error';

/** A body as pieces that nobody has collected; a whole one may be given as a list of one. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface RelayedRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers: Headers;
	readonly body: Pieces | null;
	/** Longest silence of the other side, while it is the one to go on. */
	readonly timeoutMs: number;
	readonly maxRequestBytes: number;
	/** Largest answer taken, as it comes. */
	readonly maxAnswerBytes: number;
	/** The caller has gone away. */
	readonly signal: AbortSignal;
	/** Hears of a fault amid an answer whose head has been passed on: the answer then breaks off. */
	readonly onBreak: (problem: Problem) => void;
}

/**
 * Passes a request on to a service behind the portal, and its answer back, piece by piece and each at the pace of its
 * reader. Redirects are not followed; what changes something is sent once.
 * @returns the answer as it came, its headers included
 * @throws {UpstreamError}, or {Problem} `payload_too_large` once the body has too much
 */
export async function relay(wanted: RelayedRequest): Promise<Response> {
	const stop = stoppedWith(wanted.signal);
	const progress = { timedOut: false, cancelled: false, answering: false };
	const silence = watchSilence(wanted.timeoutMs, () => {
		progress.timedOut = true;
		stop.abort();
	});
	const fault = (error: unknown) => {
		silence.rest();
		stop.abort();
		progress.cancelled ||= wanted.signal.aborted;
		return error instanceof Problem ? error : faultOf(error, progress);
	};

	/** The request's body. The service is expected to take each piece, and in the end to answer. */
	async function* upward(body: Pieces) {
		const change = (next: () => void) => !progress.answering && next();
		let bytes = 0;
		for await (const piece of body) {
			bytes += piece.byteLength;
			if (bytes > wanted.maxRequestBytes) throw new Problem('payload_too_large');
			change(silence.expect);
			yield piece;
			change(silence.rest);
		}
		change(silence.expect);
	}

	/** The answer's body. While its reader takes a rest, nothing is expected of the service. */
	async function* downward(body: AsyncIterable<Uint8Array>) {
		let bytes = 0;
		try {
			silence.expect();
			for await (const piece of inTurns(body)) {
				silence.rest();
				bytes += piece.byteLength;
				if (bytes > wanted.maxAnswerBytes) throw new UpstreamError('too_large');
				yield piece;
				silence.expect();
			}
			silence.rest();
		} catch (error) {
			const problem = toProblem(fault(error));
			if (!progress.cancelled) wanted.onBreak(problem);
			throw problem;
		}
	}

	function readable(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
		return new ReadableStream(
			{
				pull: async (controller) => {
					const next = await pieces.next();
					if (next.done) controller.close();
					else controller.enqueue(next.value);
				},
				// At once, also while the service is silent.
				cancel: () => {
					progress.cancelled = true;
					stop.abort();
				}
			},
			{ highWaterMark: 0 }
		);
	}

	try {
		silence.expect();
		const { method, url } = wanted;
		const message = { method, url, headers: Object.fromEntries(wanted.headers), signal: stop.signal };
		const response = await send({ ...message, body: wanted.body && upward(wanted.body) });
		progress.answering = true;
		silence.rest();
		assertTakeable(response, wanted.maxAnswerBytes);
		const { body, status, headers } = response;
		return new Response(body && readable(downward(body)), { status, headers });
	} catch (error) {
		throw fault(error);
	}
}

/** Aborts with the caller, or by itself. */
function stoppedWith(caller: AbortSignal): AbortController {
	const stop = new AbortController();
	const options = { once: true, signal: stop.signal };
	if (caller.aborted) stop.abort();
	else caller.addEventListener('abort', () => stop.abort(), options);
	return stop;
}

function assertTakeable({ status, headers }: ClientResponse, maxBytes: number): void {
	if (status >= 300 && status < 400 && status !== 304) throw new UpstreamError('redirected');
	if (Number(headers.get('content-length')) > maxBytes) throw new UpstreamError('too_large');
}
