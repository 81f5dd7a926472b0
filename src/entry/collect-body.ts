import { createByteBuffer, inTurns } from '../lib/server/http/byte-chunks';

/** How long a small body may take from its request's head to its end, in milliseconds. */
export const BODY_LIMIT_MS = 15_000;

/** In how many chunks a small body may arrive: each costs time, however small it is. */
export const MAX_BODY_CHUNKS = 4096;

/** A whole body, or why there is none: too many bytes or chunks, too slow, or a sender that went away. */
export type Collected =
	Uint8Array<ArrayBuffer> | 'payload_too_large' | 'invalid_request' | 'request_timeout' | 'aborted';

/**
 * Collects a small body before its request counts for REQUESTS_AT_ONCE. Beyond a limit the rest is left unread.
 * @param limitMs for the whole body, however steadily single bytes arrive
 */
export async function collectBody(
	chunks: AsyncIterable<Uint8Array>,
	limitBytes: number,
	limitMs = BODY_LIMIT_MS
): Promise<Collected> {
	let isLate = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	async function read(): Promise<Collected> {
		const buffer = createByteBuffer(limitBytes);
		let count = 0;
		for await (const chunk of inTurns(chunks)) {
			count += 1;
			if (isLate) return 'request_timeout';
			if (!buffer.append(chunk)) return 'payload_too_large';
			if (count > MAX_BODY_CHUNKS) return 'invalid_request';
		}
		return buffer.toBytes();
	}

	const late = new Promise<Collected>((resolve) => {
		timer = setTimeout(() => {
			isLate = true;
			resolve('request_timeout');
		}, limitMs);
	});
	try {
		return await Promise.race([read(), late]);
	} catch {
		// The only fault that a request's stream can have.
		return 'aborted';
	} finally {
		clearTimeout(timer);
	}
}
