import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { createResilientStore } from '$lib/server/store/resilient';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}

const MAX_BYTES = 6 * 1024 ** 2;
const alone = () => createMemoryStore({ maxBytes: MAX_BYTES });
/** As an instance that has lost its shared store: it keeps a record of each entry. */
const withRecords = () =>
	createResilientStore({
		shared: createMemoryStore({ maxBytes: 1 }),
		own: createMemoryStore({ maxBytes: MAX_BYTES / 2 }),
		maxCopyBytes: MAX_BYTES / 2,
		onState: () => {}
	});

/** Texts of the lengths that the portal stores: marks are UUIDs, which V8 joins from parts. */
async function fill(store: Store): Promise<void> {
	let large = 'x'.repeat(20_000);
	for (let n = 0; n < 25_000; n++) {
		await store.write(`deny:id:${crypto.randomUUID()}`, '1', 3_600_000);
		for (const kind of ['used', 'wallet-used'])
			await store.write(`${kind}:${crypto.randomUUID()}`, crypto.randomUUID(), 3_600_000);
		if (n % 20 !== 0) continue;
		large = large.slice(1) + 'x';
		await store.write(`once:${n}`, large.slice(-4000), 3_600_000);
		await store.write(`wallet-details:${n}`, large, 3_600_000);
	}
}

describe('a full store', () => {
	test.each([
		['alone', alone],
		['beside a shared store', withRecords]
	])('takes no more memory than its limits, %s', { timeout: 30_000 }, async (_, create) => {
		const before = heapBytes();
		const store = create();
		await fill(store);
		const bytes = heapBytes() - before;
		expect(bytes).toBeGreaterThan(MAX_BYTES);
		expect(bytes).toBeLessThan(2 * MAX_BYTES * 1.1);
		await store.close();
	});
});
