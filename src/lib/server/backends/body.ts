import { createByteBuffer, inTurns, unreadable } from '../http/body';
import { Problem } from '../http/problem';
import type { ByteChunks } from '../upstream/proxy';
import { withinLimit } from '../clock';
import { countRefusal } from '../metrics';

/** The longest pause of a sender within a body, in milliseconds, and its minimum average rate. */
const MAX_SILENCE_MS = 30_000;
const MIN_BYTES_PER_SECOND = 500;

/** A body that announces at most this size is buffered, so that it can be sent again with a new token. */
const CACHED_BYTES = 65_536;

interface ForwardedBody {
	readonly chunks: ByteChunks;
	readonly repeatable: boolean;
}

/** Whether a body is forwarded as it arrives. The server entry has already collected a body that announces a small size. */
export function streamsBody({ body, headers }: Pick<Request, 'body' | 'headers'>): boolean {
	const announced = headers.get('content-length');
	return body !== null && (announced === null || Number(announced) > CACHED_BYTES);
}

/**
 * The body of a request, for forwarding to a service. Null if there is none.
 * @throws {Problem} `payload_too_large` if the announced size exceeds `maxBytes`; `invalid_request` if a body breaks off and
 * `request_timeout` if it is too slow, also later while `pieces` is read
 */
export async function bodyOf(request: Request, maxBytes: number): Promise<ForwardedBody | null> {
	if (!request.body) return null;
	const announced = request.headers.get('content-length');
	if (Number(announced) > maxBytes) throw new Problem('payload_too_large');
	const chunks = byteChunksOf(request.body);
	if (Number(announced) > CACHED_BYTES) return { chunks, repeatable: false };
	if (announced === null) return unannounced(chunks);
	const buffer = createByteBuffer(CACHED_BYTES);
	for await (const piece of chunks) if (!buffer.append(piece)) throw new Problem('payload_too_large');
	return { chunks: [buffer.toBytes()], repeatable: true };
}

/** A body of unknown size. On Deno, only reading shows that a body is empty: it ends at once, or its first chunk is empty. */
async function unannounced(chunks: AsyncGenerator<Uint8Array>): Promise<ForwardedBody | null> {
	const first = await chunks.next();
	if (first.done) return null;
	async function* all(start: Uint8Array) {
		yield start;
		yield* chunks;
	}
	return { chunks: all(first.value), repeatable: false };
}

/**
 * Yields the chunks of a body as they arrive. Only the time spent waiting for the sender counts. The body may be as long as its
 * service allows, but a sender that is silent, or sends a byte now and then, cannot keep a request open for long.
 * @throws {Problem} `request_timeout`, or `invalid_request` for a body that breaks off
 */
async function* byteChunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	// Cancelling the body would close the caller's connection before the error response is sent.
	const chunks = inTurns(body.values({ preventCancel: true }));
	let creditMs = MAX_SILENCE_MS;
	for (;;) {
		const sinceMs = performance.now();
		const next = await withinLimit(chunks.next(), Math.max(0, creditMs)).catch(fault);
		if (next.done) return;
		const { byteLength } = next.value;
		const earnedMs = (byteLength / MIN_BYTES_PER_SECOND) * 1000;
		creditMs = Math.min(MAX_SILENCE_MS, creditMs - (performance.now() - sinceMs) + earnedMs);
		if (byteLength > 0) yield next.value;
	}
}

function fault(error: unknown): never {
	const isLate = error instanceof DOMException && error.name === 'TimeoutError';
	throw isLate ? new Problem('request_timeout', { headers: { connection: 'close' } }) : unreadable(error);
}

/** The maximum number of concurrent streamed uploads of one person, over all their sessions. */
export const MAX_UPLOADS_PER_PERSON = 8;
/** The same limit for an API client, which uploads for many people. */
export const MAX_UPLOADS_PER_CLIENT = 100;

const inFlight = new Map<string, number>();

/**
 * Runs work that streams an upload, and counts the upload for its sender until the work settles.
 * @throws {Problem} `rate_limited` if the sender has too many uploads in progress
 */
export async function countedUpload<Result>(
	{ session, caller }: Pick<App.Locals, 'session' | 'caller'>,
	work: () => Promise<Result>
): Promise<Result> {
	const [owner, max] = session
		? [`person ${session.sub}`, MAX_UPLOADS_PER_PERSON]
		: [`client ${caller?.clientId}`, MAX_UPLOADS_PER_CLIENT];
	const count = inFlight.get(owner) ?? 0;
	if (count >= max) {
		countRefusal('uploads_sender');
		throw new Problem('rate_limited');
	}
	inFlight.set(owner, count + 1);
	try {
		return await work();
	} finally {
		const left = (inFlight.get(owner) ?? 1) - 1;
		if (left > 0) inFlight.set(owner, left);
		else inFlight.delete(owner);
	}
}
