import { expect, test } from 'vitest';
import { createByteBuffer, inTurns } from '$lib/server/http/body';

test('a buffer joins chunks in order, up to exactly its limit', () => {
	const buffer = createByteBuffer(3000);
	expect(buffer.append(new Uint8Array(2000).fill(1))).toBe(true);
	expect(buffer.append(new Uint8Array(1000).fill(2))).toBe(true);
	expect(buffer.append(new Uint8Array(1))).toBe(false);
	expect(buffer.append(new Uint8Array())).toBe(true);
	expect(buffer.toBytes()).toEqual(Uint8Array.from({ length: 3000 }, (_, n) => (n < 2000 ? 1 : 2)));
});

test('a buffer does not keep the memory of its chunks', () => {
	const buffer = createByteBuffer(2);
	const memory = new Uint8Array(65_536).fill(7);
	buffer.append(memory.subarray(0, 1));
	memory.fill(8);
	expect(buffer.toBytes()).toEqual(new Uint8Array([7]));
	expect(buffer.toBytes().buffer.byteLength).toBe(1);
});

test('a reader that stops early ends the source', async () => {
	let isEnded = false;
	async function* source() {
		try {
			for (;;) yield await Promise.resolve(new Uint8Array(1));
		} finally {
			isEnded = true;
		}
	}
	for await (const chunk of inTurns(source())) if (chunk.length === 1) break;
	expect(isEnded).toBe(true);
});
