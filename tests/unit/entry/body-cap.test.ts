import { expect, test } from 'vitest';
import { announcesTooMuch, readCapped } from '../../../src/entry/body-cap';

async function* chunks(...sizes: number[]) {
	for (const size of sizes) yield await Promise.resolve(new Uint8Array(size).fill(size));
}

test('a body of exactly the limit is not too much, one byte more is', () => {
	expect(announcesTooMuch('65536', 65_536)).toBe(false);
	expect(announcesTooMuch('65537', 65_536)).toBe(true);
	expect(announcesTooMuch(null, 65_536)).toBe(false);
});

test('a body in pieces is put together in order', async () => {
	expect(await readCapped(chunks(1, 2), 3)).toEqual(new Uint8Array([1, 2, 2]));
});

test('an empty body is a body', async () => {
	expect(await readCapped(chunks(), 3)).toEqual(new Uint8Array());
});

test('a body that outgrows the limit is given up at once, and its rest stays unread', async () => {
	let read = 0;
	async function* endless() {
		for (;;) {
			read += 1;
			yield await Promise.resolve(new Uint8Array(10));
		}
	}
	expect(await readCapped(endless(), 25)).toBeUndefined();
	expect(read).toBe(3);
});
