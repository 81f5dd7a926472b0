import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isRevoked, isRevokedNow, revokeAtSts, revokeSession, revokeUser } from '$lib/server/auth/revoked-sessions';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { SIGNED_IN_AT, someSession } from './session-fixture';

const shared: { store: Store; reads: number } = vi.hoisted(() => ({ store: undefined as never, reads: 0 }));
vi.mock('$lib/server/store', async (original) => ({ ...(await original()), sharedStore: () => shared.store }));

beforeEach(() => {
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000 + 5000, toFake: ['Date', 'performance'] });
	const store = createMemoryStore();
	shared.reads = 0;
	shared.store = {
		...store,
		read: (key) => {
			shared.reads++;
			return store.read(key);
		}
	};
});
afterEach(() => vi.useRealTimers());

let count = 0;
const fresh = (changes = {}) => someSession({ id: `session-${++count}`, sub: `subject-${count}`, ...changes });
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('a session', () => {
	test('is refused on the same instance as soon as it is ended', async () => {
		const session = fresh();
		expect(await isRevoked(session)).toBe(false);
		await revokeSession(session);
		expect(await isRevoked(session)).toBe(true);
	});

	test('is refused as long as its cookie could live', async () => {
		const session = fresh();
		await revokeSession(session);
		pass(24 * 60 * 60 * 1000 - 1);
		expect(await isRevoked(session)).toBe(true);
	});

	test('is not refused because another session of the same person was ended', async () => {
		const session = fresh();
		await revokeSession(session);
		expect(await isRevoked({ ...session, id: 'another' })).toBe(false);
	});

	test('ended on another instance is refused after half a second, or at once with isRevokedNow', async () => {
		const session = fresh();
		expect(await isRevoked(session)).toBe(false);
		await shared.store.write(`deny:id:${session.id}`, '1', 60_000);
		expect([await isRevoked(session), await isRevokedNow(session)]).toEqual([false, true]);
		pass(500);
		expect(await isRevoked(session)).toBe(true);
	});

	test('ended on another instance is refused after half a second even if the wall clock steps back an hour', async () => {
		const session = fresh();
		expect(await isRevoked(session)).toBe(false);
		await shared.store.write(`deny:id:${session.id}`, '1', 60_000);
		vi.setSystemTime(Date.now() - 3_600_000);
		pass(500);
		expect(await isRevoked(session)).toBe(true);
	});

	test('is looked up once for all simultaneous requests', async () => {
		const session = fresh();
		await revokeUser('somebody else');
		shared.reads = 0;
		await Promise.all(Array.from({ length: 100 }, () => isRevoked(session)));
		expect(shared.reads).toBe(5);
		await Promise.all(Array.from({ length: 10 }, () => isRevoked(fresh())));
		expect(shared.reads).toBe(5 + 10 * 4);
	});

	test('is refused even if a lookup was in progress when it was ended', async () => {
		const session = fresh();
		const { read } = shared.store;
		let goOn = () => {};
		const held = new Promise<void>((resolve) => (goOn = resolve));
		shared.store = { ...shared.store, read: (key) => Promise.all([read(key), held]).then(([entry]) => entry) };
		const before = isRevoked(session);
		await revokeSession(session);
		goOn();
		await before;
		expect(await isRevoked(session)).toBe(true);
	});
});

describe('a logout by the STS', () => {
	test('ends one session by its id, and no other session of that person', async () => {
		const session = fresh({ sid: 'sts-1' });
		const other = { ...session, id: 'other', sid: 'sts-2' };
		expect([await isRevoked(session), await isRevoked(other)]).toEqual([false, false]);
		await revokeAtSts({ sid: 'sts-1', sub: session.sub }, Date.now());
		expect([await isRevoked(session), await isRevoked(other)]).toEqual([true, false]);
	});

	test('ends all sessions of a person that have begun', async () => {
		const session = fresh();
		await revokeAtSts({ sub: session.sub }, Date.now());
		expect(await isRevoked(session)).toBe(true);
	});

	test.each(['9999999999999', '1e400', 'NaN', '', 'Infinity', '-1'])(
		'ends sessions begun until now, and no later ones, if the store holds %j',
		async (text) => {
			const session = fresh();
			await shared.store.write(`deny:sub:${session.sub}`, text, 60_000);
			expect(await isRevokedNow(session)).toBe(true);
			pass(1000);
			const endsAt = Math.floor(Date.now() / 1000) + 24 * 60 * 60;
			expect(await isRevokedNow({ ...session, id: 'later', endsAt })).toBe(false);
		}
	);

	test('is not reduced by an older token that arrives later', async () => {
		const session = fresh();
		await revokeAtSts({ sub: session.sub }, Date.now());
		await revokeAtSts({ sub: session.sub }, Date.now() - 60_000);
		expect(await isRevokedNow(session)).toBe(true);
	});

	test('does not end a session that begins later', async () => {
		const session = fresh();
		await revokeAtSts({ sub: session.sub }, Date.now());
		pass(1000);
		const later = Math.floor(Date.now() / 1000) + 24 * 60 * 60;
		expect(await isRevoked({ ...session, id: 'later', endsAt: later })).toBe(false);
	});
});
