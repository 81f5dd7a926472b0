import { describe, expect, test } from 'vitest';
import { createSharedOnly, createStoreHealth, REPORT_CAUSE_MS } from '$lib/server/store/health';
import { createMemoryStore } from '$lib/server/store/store';
import { virtualClock } from '../../virtual-clock';

const clock = virtualClock();
const { now, after } = clock;

interface Given {
	verify: () => Promise<boolean>;
	read: () => Promise<unknown>;
	onVerified?: () => void;
	onChange?: (isAvailable: boolean, cause?: unknown) => void;
	checkEveryMs?: number;
}

const noop = () => {};
function health({ verify, read, onVerified = noop, onChange = noop, checkEveryMs }: Given) {
	return createStoreHealth({
		verify,
		read,
		recover: () => Promise.resolve(),
		onLoss: noop,
		onVerified,
		checkEveryMs,
		onChange,
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

test('during an outage, another cause is reported, and causes that alternate are reported only now and then', async () => {
	let cause: string | null = 'refused';
	const reported: unknown[] = [];
	const store = health({
		verify: () => (cause === null ? works() : Promise.reject(new Error(cause))),
		read: fails,
		onChange: (isAvailable, error) => reported.push(isAvailable || (error as Error).message)
	});
	const change = async (next: string | null, ms: number) => {
		cause = next;
		await clock.advance(ms);
	};
	await store.check();
	await change('refused', 2 * REPORT_CAUSE_MS);
	expect(reported).toEqual(['refused']);
	await change('wrong password', 1000);
	expect(reported).toEqual(['refused', 'wrong password']);
	await change('refused', 1000);
	await change('wrong password', 1000);
	await change('no memory', REPORT_CAUSE_MS);
	expect(reported).toEqual(['refused', 'wrong password', 'no memory']);
	await change(null, 1000);
	// Each outage has its first cause reported at once.
	cause = 'no memory';
	store.failed();
	await clock.advance(0);
	expect(reported.slice(3)).toEqual([true, 'no memory']);
	store.close();
});

describe('a call that only the shared store can serve', () => {
	const full = () => Promise.reject(new Error('no memory left'));

	test('says why the store is unavailable, by its last check', async () => {
		const store = health({ verify: full, read: fails });
		await store.check();
		const { read, write } = createSharedOnly(createMemoryStore(), store);
		const unavailable = { name: 'StoreUnavailable', cause: { message: 'no memory left' } };
		await expect(read('a')).rejects.toMatchObject(unavailable);
		await expect(write('a', 'text', 1000)).rejects.toMatchObject(unavailable);
		store.close();
	});

	test('says how it failed itself, if the checks of the store succeed', async () => {
		const store = health({ verify: works, read: works });
		const { read, write } = createSharedOnly({ ...createMemoryStore(), read: full, write: full }, store);
		const failed = { name: 'StoreUnavailable', cause: { message: 'no memory left' } };
		await expect(read('a')).rejects.toMatchObject(failed);
		await expect(write('a', 'text', 1000)).rejects.toMatchObject(failed);
		store.close();
	});
});
