import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isRevokedNow, revokeUser } from '$lib/server/auth/revoked-sessions';
import { isUrgent, merge } from '$lib/server/store/kinds';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { createResilientStore } from '$lib/server/store/resilient';
import { virtualClock } from '../../virtual-clock';
import { breakableStore } from '../store/breakable-store';
import { SIGNED_IN_AT, someSession } from './session-fixture';

const shared: { store: Store } = vi.hoisted(() => ({ store: undefined as never }));
vi.mock('$lib/server/store', async (original) => ({ ...(await original()), sharedStore: () => shared.store }));

beforeEach(() => {
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000 + 5000, toFake: ['Date', 'performance'] });
	shared.store = createMemoryStore();
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTime(ms);
const sessionOf = (id: string, changes = {}) => someSession({ id, startedAt: SIGNED_IN_AT, ...changes });
const [here, there, third] = [sessionOf('here'), sessionOf('there'), sessionOf('third')];
const userId = here.userId;
const states = () => Promise.all([here, there, third].map((session) => isRevokedNow(session)));

test('"others" ends every other session of the person, but not the current one', async () => {
	await revokeUser(userId, { except: 'here' });
	expect(await states()).toEqual([false, true, true]);
	expect(await isRevokedNow(sessionOf('of somebody else', { userId: 'somebody else' }))).toBe(false);
});

test('a repeated "others" still spares the same session, and ends those that began in the meantime', async () => {
	await revokeUser(userId, { except: 'here' });
	pass(60_000);
	const later = sessionOf('later', { startedAt: Math.floor(Date.now() / 1000) });
	expect(await isRevokedNow(later)).toBe(false);
	await revokeUser(userId, { except: 'here' });
	expect([...(await states()), await isRevokedNow(later)]).toEqual([false, true, true, true]);
});

test.each([
	['one after the other', 1000],
	['in the same millisecond', 0]
])('two browsers that end each other’s session are both signed out, %s', async (_when, ms) => {
	await revokeUser(userId, { except: 'here' });
	pass(ms);
	await revokeUser(userId, { except: 'there' });
	expect(await states()).toEqual([true, true, true]);
});

test('two browsers that end each other’s session at the same time are both signed out', async () => {
	const { read } = shared.store;
	let goOn = () => {};
	const bothHaveRead = new Promise<void>((resolve) => (goOn = resolve));
	let reads = 0;
	shared.store = {
		...shared.store,
		async read(key) {
			const entry = await read(key);
			if (++reads === 2) goOn();
			await bothHaveRead;
			return entry;
		}
	};
	await Promise.all(['here', 'there'].map((except) => revokeUser(userId, { except })));
	expect(await states()).toEqual([true, true, true]);
});

test('two browsers that end each other’s session while the store is read-only are signed out on that instance', async () => {
	await revokeUser(userId, { except: 'here' });
	shared.store = { ...shared.store, replace: () => Promise.resolve(false) };
	await revokeUser(userId, { except: 'there' });
	expect(await states()).toEqual([true, true, true]);
});

test.each(['before', 'after'])('an operator also ends the spared session, %s "others"', async (when) => {
	if (when === 'before') await revokeUser(userId);
	await revokeUser(userId, { except: 'here' });
	if (when === 'after') await revokeUser(userId);
	expect(await states()).toEqual([true, true, true]);
});

test('a session that begins after an operator’s revocation can be spared', async () => {
	await revokeUser(userId);
	pass(60_000);
	const later = sessionOf('later', { startedAt: Math.floor(Date.now() / 1000) });
	await revokeUser(userId, { except: 'later' });
	expect([await isRevokedNow(later), await isRevokedNow(here)]).toEqual([false, true]);
});

test('two browsers on two instances that end each other’s session during an outage are both signed out after it', async () => {
	const clock = virtualClock();
	const redis = breakableStore(clock);
	const instance = () =>
		createResilientStore({
			shared: redis.connect(),
			own: createMemoryStore(clock),
			onState: () => {},
			isUrgent,
			merge,
			...clock
		});
	const instances = [instance(), instance()] as const;
	await Promise.all(instances.map(({ check }) => check()));
	redis.goAway();
	for (const [index, except] of ['here', 'there'].entries()) {
		shared.store = instances[index] as Store;
		await revokeUser(userId, { except });
		pass(1000);
	}
	redis.comeBack();
	await clock.advance(1000);
	for (const store of [...instances, redis]) {
		shared.store = store;
		expect(await states()).toEqual([true, true, true]);
	}
	await Promise.all(instances.map(({ close }) => close()));
});
