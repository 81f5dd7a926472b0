import { Problem } from '../http/problem';
import type { Pieces } from '../http/relay';
import { unreadable } from '../http/request-body';

/** A body that says it is no larger is held, so that it can be sent again with another token. */
const HELD_BYTES = 65_536;

export interface ForwardedBody {
	readonly pieces: Pieces;
	readonly repeatable: boolean;
}

/**
 * The body of a request on its way to a service; null for none.
 * @throws {Problem} `payload_too_large` for one that says it is; `invalid_request` for a short one that breaks off
 */
export async function bodyOf(request: Request, maxBytes: number): Promise<ForwardedBody | null> {
	if (!request.body) return null;
	const announced = request.headers.get('content-length');
	if (Number(announced) > maxBytes) throw new Problem('payload_too_large');
	const pieces = piecesOf(request.body);
	if (Number(announced) > HELD_BYTES) return { pieces, repeatable: false };
	if (announced === null) return unannounced(pieces);
	const held: Uint8Array[] = [];
	for await (const piece of pieces) held.push(piece);
	return { pieces: held, repeatable: true };
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

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	try {
		// Cancelled, it would take the caller's connection down, and with it the answer that says why.
		for await (const piece of body.values({ preventCancel: true })) if (piece.byteLength > 0) yield piece;
	} catch (error) {
		throw unreadable(error);
	}
}
