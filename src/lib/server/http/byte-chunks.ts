import { setImmediate } from 'node:timers/promises';

/** Chunks to read before yielding to the event loop. */
const CHUNKS_PER_TURN = 64;
const INITIAL_BYTES = 1024;

/** A buffer for the bytes of a body while it is read. */
export interface ByteBuffer {
	/** Copies a chunk to the end. Returns false, and copies nothing, if the chunk would exceed the limit. */
	readonly append: (chunk: Uint8Array) => boolean;
	/** Returns a copy of the appended bytes, of exactly their length. */
	readonly toBytes: () => Uint8Array<ArrayBuffer>;
}

/**
 * Collects the chunks of a body in one buffer that grows up to `maxBytes`. Chunks are copied, not referenced: on Deno a
 * chunk of one byte is a view of a buffer of 64 kB.
 */
export function createByteBuffer(maxBytes: number): ByteBuffer {
	let bytes = new Uint8Array(Math.min(INITIAL_BYTES, maxBytes));
	let lengthBytes = 0;

	function reserve(neededBytes: number): void {
		if (neededBytes <= bytes.length) return;
		const larger = new Uint8Array(Math.min(maxBytes, Math.max(neededBytes, bytes.length * 2)));
		larger.set(bytes.subarray(0, lengthBytes));
		bytes = larger;
	}

	return {
		append(chunk) {
			const neededBytes = lengthBytes + chunk.length;
			if (neededBytes > maxBytes) return false;
			reserve(neededBytes);
			bytes.set(chunk, lengthBytes);
			lengthBytes = neededBytes;
			return true;
		},
		toBytes: () => bytes.slice(0, lengthBytes)
	};
}

/**
 * Yields the same chunks, and yields to the event loop every 64 chunks. Chunks that have already arrived are read in
 * microtasks, so a body of many small chunks would otherwise block timers and all other requests.
 */
export async function* inTurns(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
	let count = 0;
	for await (const chunk of chunks) {
		count += 1;
		if (count % CHUNKS_PER_TURN === 0) await setImmediate();
		yield chunk;
	}
}
