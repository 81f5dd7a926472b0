import { expect, test } from 'vitest';
import { createStoreHealth } from '$lib/server/store/health';
import { virtualClock } from '../../virtual-clock';

const { now, after } = virtualClock();

function health({ verify, read }: { verify: () => Promise<boolean>; read: () => Promise<unknown> }) {
	const noop = () => {};
	return createStoreHealth({
		verify,
		read,
		recover: () => Promise.resolve(),
		onLoss: noop,
		onVerified: noop,
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
