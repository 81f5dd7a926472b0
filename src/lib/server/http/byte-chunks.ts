import { setImmediate } from 'node:timers/promises';

/** How many chunks are read before other work of the process gets its turn. */
const CHUNKS_PER_TURN = 64;
const INITIAL_BYTES = 1024;

/** The bytes of a body as they are read. */
export interface ByteBuffer {
	/** Copies a chunk to the end. Returns false, and copies nothing, where that would exceed the limit. */
	readonly append: (chunk: Uint8Array) => boolean;
	/** A copy of what was appended, of exactly its size. */
	readonly toBytes: () => Uint8Array<ArrayBuffer>;
}

/**
 * Collects chunks of a body in one buffer that grows up to `maxBytes`. Chunks are not kept: on Deno a chunk of one byte is a view of a
 * buffer of 64 kB.
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
 * The same chunks, with a turn of the event loop now and then. Chunks that have arrived are read in microtasks: without this a body of
 * many small chunks would hold up timers and all other requests.
 */
export async function* inTurns(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
	let count = 0;
	for await (const chunk of chunks) {
		count += 1;
		if (count % CHUNKS_PER_TURN === 0) await setImmediate();
		yield chunk;
	}
}
