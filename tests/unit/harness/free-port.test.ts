import type * as Crypto from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { freePort } from '../../harness/free-port';

const drawn = vi.hoisted(() => ({ ports: [] as number[] }));
vi.mock('node:crypto', async (original) => {
	const crypto = await original<typeof Crypto>();
	return {
		...crypto,
		randomInt: (low: number, high: number) => drawn.ports.shift() ?? crypto.randomInt(low, high)
	};
});

test('a port that a test got is not given to another one before it listens', async () => {
	const first = await freePort();
	drawn.ports = [first];
	expect(await freePort()).not.toBe(first);
	expect(drawn.ports).toEqual([]);
});
