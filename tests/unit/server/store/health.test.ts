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
	['takes a write although the read came before the connection was back', works, fails, [true, true]],
	['refuses writes', fails, works, [false, true]],
	['does neither', fails, fails, [false, false]]
] as const)('a store that %s', async (_, verify, read, expected) => {
	const store = health({ verify, read });
	await store.check();
	expect([store.isAvailable(), store.isReadable()]).toEqual(expected);
	store.close();
});
