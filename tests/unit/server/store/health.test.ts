import { expect, test } from 'vitest';
import { createStoreHealth } from '$lib/server/store/health';
import { virtualClock } from '../../virtual-clock';

const clock = virtualClock();
const { now, after } = clock;

interface Given {
	verify: () => Promise<boolean>;
	read: () => Promise<unknown>;
	onVerified?: () => void;
	checkEveryMs?: number;
}

const noop = () => {};
function health({ verify, read, onVerified = noop, checkEveryMs }: Given) {
	return createStoreHealth({
		verify,
		read,
		recover: () => Promise.resolve(),
		onLoss: noop,
		onVerified,
		checkEveryMs,
		onChange: noop,
		now,
		after
	});
}
const works = () => Promise.resolve(true);
const fails = () => Promise.reject(new Error('the connection is closed'));

test.each([
	['accepts a write, but failed a read before it was connected again', works, fails, [true, true]],
	['refuses writes', fails, works, [false, true]],
	['accepts neither reads nor writes', fails, fails, [false, false]]
] as const)('a store that %s', async (_, verify, read, expected) => {
	const store = health({ verify, read });
	await store.check();
	expect([store.isAvailable(), store.isReadable()]).toEqual(expected);
	store.close();
});

test.each([
	['with checks at an interval', 1000],
	['with checks only when it is used', undefined]
])('a failure that is reported while a check ends starts another check, %s', async (_what, checkEveryMs) => {
	let isFirst = true;
	const store = health({
		verify: works,
		read: works,
		onVerified: () => {
			if (isFirst) queueMicrotask(() => store.failed());
			isFirst = false;
		},
		...(checkEveryMs !== undefined && { checkEveryMs })
	});
	await store.check();
	await clock.advance(2000);
	expect(store.isAvailable()).toBe(true);
	store.close();
});
