import { expect, test } from 'vitest';
import { createCopies } from '$lib/server/store/copies';
import { createMemoryStore } from '$lib/server/store/store';

test('all recent writes are in doubt after a failover, also those before an old entry was written again', () => {
	let nowMs = 0;
	const now = () => nowMs;
	const copies = createCopies({
		own: createMemoryStore({ now }),
		copyMsOf: () => Infinity,
		maxBytes: 1_000_000,
		now
	});
	copies.taken('deny:old', 3_600_000);
	nowMs = 100_000;
	copies.lost();
	const lacking = copies.lacking(() => true);
	copies.taken('deny:new', 3_600_000);
	for (const [key, copy] of lacking) copies.rewritten(key, copy, copies.losses());
	copies.doubt(nowMs - 10_000);
	expect(['deny:new', 'deny:old'].map(copies.isLacking)).toEqual([true, true]);
});
