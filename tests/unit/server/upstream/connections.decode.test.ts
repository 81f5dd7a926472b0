import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { decompressed } from '$lib/server/upstream/connections';

async function* byteChunksOf(bytes: Uint8Array) {
	for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
}
const HELLO = Buffer.from('Goedemorgen, Zoë');

describe('a body in an encoding that was not requested', () => {
	test.each([
		['gzip', gzipSync(HELLO)],
		['x-gzip', gzipSync(HELLO)],
		['GZIP', gzipSync(HELLO)],
		['deflate', deflateSync(HELLO)],
		['br', brotliCompressSync(HELLO)],
		['identity', HELLO],
		['gzip, br', brotliCompressSync(gzipSync(HELLO))],
		['gzip,, identity ,deflate', deflateSync(gzipSync(HELLO))]
	])('%s is decoded', async (encoding, bytes) => {
		expect(await text(decompressed(byteChunksOf(bytes), encoding))).toBe(HELLO.toString());
	});

	test.each(['gzip', 'deflate', 'br', 'gzip, br'])('%s without any bytes is an empty body', async (encoding) => {
		expect(await text(decompressed(byteChunksOf(Buffer.alloc(0)), encoding))).toBe('');
	});

	test('that breaks off before its first byte fails', async () => {
		const broken = new Error('broken');
		const body = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }) };
		await expect(text(decompressed(body, 'gzip'))).rejects.toThrow(broken);
	});

	test.each(['zstd', 'constructor', 'gzip, nonsense', 'br, br, br, br'])('%s is refused', (encoding) => {
		expect(() => decompressed(byteChunksOf(HELLO), encoding)).toThrow('bad_response');
	});

	test.each([
		['is cut off', gzipSync(HELLO).subarray(0, -4)],
		['is cut off after its first byte', gzipSync(HELLO).subarray(0, 1)],
		['is not in that encoding', HELLO]
	])('that %s fails', async (_, bytes) => {
		await expect(text(decompressed(byteChunksOf(bytes), 'gzip'))).rejects.toThrow();
	});

	test('is not decoded further than its reader requires', async () => {
		let produced = 0;
		async function* endless() {
			for (; ; produced++) yield gzipSync(Buffer.alloc(100_000));
		}
		for await (const chunk of decompressed(endless(), 'gzip')) if (chunk.byteLength > 0) break;
		expect(produced).toBeLessThan(1000);
	});
});
