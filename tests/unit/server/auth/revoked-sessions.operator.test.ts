import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
	isRevoked,
	isRevokedNow,
	revokeAll,
	revokeAtSts,
	revokeSession,
	revokeUser,
	sessionStart
} from '$lib/server/auth/revoked-sessions';
import { isUrgent, merge } from '$lib/server/store/kinds';
import { kindOf } from '$lib/server/store/by-kind';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { createResilientStore } from '$lib/server/store/resilient';
import { SIGNED_IN_AT, someSession } from './session-fixture';

const DAY_SECONDS = 24 * 60 * 60;
const ALL_KEY = 'deny-all:sessions';

const shared: { store: Store } = vi.hoisted(() => ({ store: undefined as never }));
vi.mock('$lib/server/store', async (original) => ({ ...(await original()), sharedStore: () => shared.store }));

beforeEach(() => {
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000 + 5000, toFake: ['Date', 'performance'] });
	shared.store = createMemoryStore();
});
afterEach(() => vi.useRealTimers());

const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);
const nowSeconds = () => Math.floor(Date.now() / 1000);
let count = 0;
const fresh = (changes = {}) =>
	someSession({ id: `session-${++count}`, userId: `user-${count}`, startedAt: nowSeconds(), ...changes });

/** A session that begins now, as the callback creates it. */
async function signIn(userId: string) {
	const startedAt = await sessionStart(userId, nowSeconds());
	return fresh({ userId, startedAt, endsAt: startedAt + DAY_SECONDS });
}

describe.each([
	['a person', (userId: string) => revokeUser(userId)],
	['all people', () => revokeAll()]
])('an operator’s revocation of the sessions of %s', (_whose, revoke) => {
	test('applies at once to sessions that have begun', async () => {
		pass(1);
		const session = fresh();
		expect(await isRevoked(session)).toBe(false);
		await revoke(session.userId);
		expect([await isRevoked(session), await isRevokedNow(session)]).toEqual([true, true]);
	});

	test('applies to sessions that earlier versions started, based on their end', async () => {
		const session = fresh({ startedAt: undefined, endsAt: nowSeconds() + DAY_SECONDS });
		await revoke(session.userId);
		expect(await isRevoked(session)).toBe(true);
		const later = { ...session, id: 'later', endsAt: nowSeconds() + 60 + DAY_SECONDS };
		expect(await isRevoked(later)).toBe(false);
	});

	test('applies to sessions that began on an instance whose clock is ahead', async () => {
		const session = fresh({ startedAt: nowSeconds() + 25 });
		await revoke(session.userId);
		expect(await isRevoked(session)).toBe(true);
	});

	test('allows the same person to sign in again at once, even on an instance whose clock is behind', async () => {
		const { userId } = fresh();
		await revoke(userId);
		const again = await signIn(userId);
		vi.setSystemTime(Date.now() - 25_000);
		expect([await isRevokedNow(again), await isRevokedNow(await signIn(userId))]).toEqual([false, false]);
	});

	test('can be repeated after a new sign-in', async () => {
		const { userId } = fresh();
		await revoke(userId);
		const again = await signIn(userId);
		pass(60);
		await revoke(userId);
		expect(await isRevokedNow(again)).toBe(true);
	});

	test('applies to sessions that began right after another revocation', async () => {
		const { userId } = fresh();
		await revokeUser(userId);
		await revoke(userId);
		for (let n = 0; n < 20; n++) {
			const again = await signIn(userId);
			expect(await isRevokedNow(again)).toBe(false);
			await revoke(userId);
			expect(await isRevokedNow(again)).toBe(true);
		}
	});

	test('works after any number of repetitions', async () => {
		const { userId } = fresh();
		for (let n = 0; n < 200; n++) await revoke(userId);
		const session = await signIn(userId);
		pass(100);
		vi.setSystemTime(Date.now() - 25_000);
		expect([await isRevokedNow(session), await isRevokedNow(fresh({ userId, startedAt: 0 }))]).toEqual([false, true]);
	});

	test('applies to sessions that began right after the person signed out everywhere', async () => {
		const { userId } = fresh();
		await revokeUser(userId);
		const again = await signIn(userId);
		await revoke(userId);
		expect(await isRevokedNow(again)).toBe(true);
	});

	test('lasts as long as any session can live', async () => {
		const session = fresh({ endsAt: nowSeconds() + 7 * DAY_SECONDS });
		await revoke(session.userId);
		pass(7 * DAY_SECONDS - 1);
		expect(await isRevoked(session)).toBe(true);
	});

	test('still applies after a day, even to a session that was to end sooner', async () => {
		const session = fresh({ endsAt: nowSeconds() + 300 });
		await revoke(session.userId);
		pass(DAY_SECONDS);
		expect(await isRevoked(session)).toBe(true);
	});
});

test('sessions of another person are not affected', async () => {
	const session = fresh();
	await revokeUser('somebody else');
	expect(await isRevoked(session)).toBe(false);
});

test('the store contains no id of a person whose sessions an operator ended', async () => {
	const replace = vi.spyOn(shared.store, 'replace');
	await revokeUser('robin@uni.example');
	expect(replace.mock.calls[0]?.[0]).toMatch(/^deny:user:[\w-]{43}:begin$/);
});

test('a single ended session is refused until its own end, even after more than a day', async () => {
	const session = fresh({ endsAt: nowSeconds() + 7 * DAY_SECONDS });
	await revokeSession(session);
	pass(7 * DAY_SECONDS - 1);
	expect(await isRevoked(session)).toBe(true);
});

test('the clock of the STS applies to its own logouts, and the portal’s clock to those of an operator', async () => {
	const session = fresh({ issuedAt: nowSeconds() - 100 });
	await revokeAtSts({ sub: session.sub }, Date.now() - 50_000);
	expect(await isRevokedNow(session)).toBe(true);
	await revokeUser(session.userId);
	const later = fresh({
		userId: session.userId,
		sub: 'other',
		issuedAt: nowSeconds() - 100,
		startedAt: nowSeconds() + 60
	});
	expect(await isRevokedNow(later)).toBe(false);
});

test.each(['9999999999999', 'NaN', ''])(
	'a revocation of all sessions stored as %j ends sessions that have begun, and no later ones',
	async (text) => {
		await shared.store.write(ALL_KEY, text, 60_000);
		const session = fresh();
		expect(await isRevokedNow(session)).toBe(true);
		pass(1);
		expect(await isRevokedNow(await signIn(session.userId))).toBe(false);
	}
);

test('an instance that has only read the revocation of all sessions writes it again after the store has lost it', async () => {
	const redis = createMemoryStore();
	let isLost = false;
	const instance = () =>
		createResilientStore({
			shared: { ...redis, verify: () => Promise.resolve(!isLost) },
			own: createMemoryStore(),
			onState: () => {},
			isUrgent,
			merge
		});
	const session = fresh();
	shared.store = instance();
	await revokeAll();
	vi.resetModules();
	const elsewhere = await import('$lib/server/auth/revoked-sessions');
	shared.store = instance();
	expect(await elsewhere.isRevoked(session)).toBe(true);
	redis.remove(ALL_KEY);
	isLost = true;
	pass(2);
	await (shared.store as ReturnType<typeof instance>).check();
	expect(await redis.read(ALL_KEY)).not.toBeNull();
	expect(await elsewhere.isRevokedNow(session)).toBe(true);
	expect(kindOf(ALL_KEY)).toBe('deny-all:');
});
