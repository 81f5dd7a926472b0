import { createByteBuffer, inTurns } from '../http/byte-chunks';
import { Problem } from '../http/problem';
import type { Pieces } from '../upstream/proxy';
import { unreadable } from '../http/request-body';
import { withinLimit } from '../clock';
import { countRefusal } from '../metrics';

/** How long a sender may be silent amid its body, in milliseconds, and how fast it has to send on the whole. */
const MAX_SILENCE_MS = 30_000;
const MIN_BYTES_PER_SECOND = 500;

/** A body that says it is no larger is held, so that it can be sent again with another token. */
const HELD_BYTES = 65_536;

interface ForwardedBody {
	readonly pieces: Pieces;
	readonly repeatable: boolean;
}

/** Whether a request's body is passed on as it arrives. A body that is announced as small has been collected before. */
export function streamsBody({ body, headers }: Pick<Request, 'body' | 'headers'>): boolean {
	const announced = headers.get('content-length');
	return body !== null && (announced === null || Number(announced) > HELD_BYTES);
}

/**
 * The body of a request on its way to a service; null for none.
 * @throws {Problem} `payload_too_large` for one that says it is; `invalid_request` for a short one that breaks off; while it is read also
 * `request_timeout`
 */
export async function bodyOf(request: Request, maxBytes: number): Promise<ForwardedBody | null> {
	if (!request.body) return null;
	const announced = request.headers.get('content-length');
	if (Number(announced) > maxBytes) throw new Problem('payload_too_large');
	const pieces = piecesOf(request.body);
	if (Number(announced) > HELD_BYTES) return { pieces, repeatable: false };
	if (announced === null) return unannounced(pieces);
	const buffer = createByteBuffer(HELD_BYTES);
	for await (const piece of pieces) if (!buffer.append(piece)) throw new Problem('payload_too_large');
	return { pieces: [buffer.toBytes()], repeatable: true };
}

/** Deno tells an empty body from none only as it is read, by a piece of nothing or by its end. */
async function unannounced(pieces: AsyncGenerator<Uint8Array>): Promise<ForwardedBody | null> {
	const first = await pieces.next();
	if (first.done) return null;
	async function* all(start: Uint8Array) {
		yield start;
		yield* pieces;
	}
	return { pieces: all(first.value), repeatable: false };
}

/**
 * The pieces of a body as they arrive. Time counts only while its sender is waited for: the body may be as long as its service
 * allows, but neither a silent sender nor one that sends a byte now and then holds a request for long.
 * @throws {Problem} `request_timeout`, or `invalid_request` for a body that breaks off
 */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	// Cancelled, it would take the caller's connection down, and with it the response that says why.
	const pieces = inTurns(body.values({ preventCancel: true }));
	let creditMs = MAX_SILENCE_MS;
	for (;;) {
		const sinceMs = performance.now();
		const next = await withinLimit(pieces.next(), Math.max(0, creditMs)).catch(fault);
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

/** How many uploads of one person, in all sessions together, stream to services at once. */
export const MAX_UPLOADS_PER_PERSON = 8;
/** The same for a third-party client, which uploads for many people. */
export const MAX_UPLOADS_PER_CLIENT = 100;

const inFlight = new Map<string, number>();

/**
 * Does some work that reads an upload, and counts it for its sender until it is done.
 * @throws {Problem} `rate_limited` while the sender has too many uploads in progress
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
