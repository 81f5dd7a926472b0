import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createSessionList, MAX_LISTED } from '$lib/server/auth/session-list';
import type { Session } from '$lib/server/auth/session';
import { createSeal } from '$lib/server/seal';
import { createMemoryStore, type Entry, type Store } from '$lib/server/store/store';
import { SIGNED_IN_AT, someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
const MINUTE = 60_000;
const [old, next] = ['an-old-secret-of-this-portal-0123456789', 'the-next-secret-of-this-portal-0123456789'];

let nowMs: number;
let ended: Set<string>;
let isUp: boolean;
let writes: { key: string; text: string; lifeMs: number }[];
let store: Store;

beforeEach(() => {
	nowMs = SIGNED_IN_AT * 1000;
	ended = new Set();
	isUp = true;
	writes = [];
	const memory = createMemoryStore({ now: () => nowMs });
	store = {
		...memory,
		replace: async (key, expected, text, lifeMs) => {
			const isReplaced = await memory.replace(key, expected, text, lifeMs);
			if (isReplaced) writes.push({ key, text, lifeMs });
			return isReplaced;
		}
	};
});

/** One instance of the portal, with caches of its own. */
const instance = (secrets: readonly string[] = [next], at: Store = store, idleSeconds = 0) =>
	createSessionList({
		store: at,
		secrets,
		idleSeconds,
		isAvailable: () => Promise.resolve(isUp),
		isEnded: ({ id }) => Promise.resolve(ended.has(id)),
		unixNow: () => nowMs,
		now: () => nowMs
	});
const session = (id: string, changes: Partial<Session> = {}) => someSession({ id, ...changes });
const idsAt = async (list: ReturnType<typeof instance>, userId = 'user-1') =>
	(await list.read(userId))?.map(({ id }) => id) ?? null;

describe('a session that is in use', () => {
	test('is listed with its browser and system, for its person only', async () => {
		const list = instance();
		await list.noteActivity(session('a', { provider: 'sts-wallet' }), FIREFOX);
		expect(await list.read('user-1')).toMatchObject([
			{ id: 'a', provider: 'sts-wallet', browser: 'Firefox', system: 'Windows', activeAt: SIGNED_IN_AT }
		]);
		expect(await list.read('user-2')).toEqual([]);
	});

	test('leaves nothing readable in the store: no id, user agent or browser name', async () => {
		await instance().noteActivity(session('a-session-id', { userId: 'a-user-id' }), FIREFOX);
		expect(JSON.stringify(writes)).not.toMatch(/a-session-id|a-user-id|Mozilla|Firefox|Windows|subject-1/);
	});

	test('is written once every five minutes, whatever the number of requests and instances', async () => {
		const lists = [instance(), instance(), instance()];
		for (let minute = 0; minute < 20; minute++) {
			for (const list of lists) await list.noteActivity(session('a'), FIREFOX);
			await Promise.all(lists.map((list) => list.noteActivity(session('a'), FIREFOX)));
			nowMs += MINUTE;
		}
		expect(writes).toHaveLength(4);
		expect(await lists[0]?.read('user-1')).toMatchObject([{ activeAt: SIGNED_IN_AT + 15 * 60 }]);
	});

	test('is written once if it sends simultaneous requests to several instances', async () => {
		await Promise.all([instance(), instance(), instance()].map((list) => list.noteActivity(session('a'), FIREFOX)));
		expect(writes).toHaveLength(1);
	});

	test('is written again after the wall clock has stepped back', async () => {
		await instance().noteActivity(session('a'), null);
		nowMs -= 60 * MINUTE;
		await instance().noteActivity(session('a'), null);
		expect(writes).toHaveLength(2);
	});

	test('is added again within five minutes after the store has lost everything', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		store = createMemoryStore({ now: () => nowMs });
		const list = instance();
		expect(await idsAt(list)).toEqual([]);
		nowMs += 5 * MINUTE;
		await list.noteActivity(session('a'), FIREFOX);
		expect(await idsAt(list)).toEqual(['a']);
	});

	test('is not recorded while the store is unavailable, but soon afterwards', async () => {
		const list = instance();
		isUp = false;
		await list.noteActivity(session('a'), FIREFOX);
		isUp = true;
		await list.noteActivity(session('a'), FIREFOX);
		expect(writes).toHaveLength(0);
		nowMs += MINUTE / 2;
		await list.noteActivity(session('a'), FIREFOX);
		expect(await idsAt(list)).toEqual(['a']);
	});

	test('does not affect its request if the store fails', async () => {
		const broken = { ...store, read: () => Promise.reject(new Error('no connection')) };
		await instance([next], broken).noteActivity(session('a'), FIREFOX);
		expect(await idsAt(instance([next], broken))).toBeNull();
	});
});

describe('the list', () => {
	test('keeps all sessions that instances add at the same time', async () => {
		const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
		await Promise.all(ids.map((id) => instance().noteActivity(session(id), FIREFOX)));
		expect((await idsAt(instance()))?.sort()).toEqual(ids);
	});

	test('holds 50 sessions, and drops the one that was active longest ago', async () => {
		for (let n = 0; n <= MAX_LISTED; n++) {
			await instance().noteActivity(session(`s${n}`), FIREFOX);
			nowMs += 1000;
		}
		const ids = await idsAt(instance());
		expect([ids?.length, ids?.includes('s0'), ids?.includes('s1')]).toEqual([50, false, true]);
	});

	test('fits in a Deno KV value, whatever identifiers the STS uses', async () => {
		const long = { sub: 'é'.repeat(512), sid: 'ü'.repeat(512) };
		for (let n = 0; n < MAX_LISTED; n++) await instance().noteActivity(session(`s${n}`, long), FIREFOX);
		expect(Math.max(...writes.map(({ text }) => text.length))).toBeLessThanOrEqual(60_000);
		expect((await idsAt(instance()))?.length).toBeGreaterThan(10);
	});

	test('omits sessions after their end, and expires with the last one', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		nowMs += 60 * MINUTE;
		await instance().noteActivity(session('b', { endsAt: SIGNED_IN_AT + 7200 }), FIREFOX);
		expect(writes.at(-1)?.lifeMs).toBe(23 * 60 * MINUTE);
		nowMs += 60 * MINUTE;
		expect(await idsAt(instance())).toEqual(['a']);
	});

	test('omits sessions that have certainly been idle for too long', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		nowMs += 35 * MINUTE;
		expect(await idsAt(instance([next], store, 1800))).toEqual(['a']);
		nowMs += MINUTE;
		expect(await idsAt(instance([next], store, 1800))).toEqual([]);
	});

	test('omits revoked sessions, even if the record still contains them', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		await instance().noteActivity(session('b'), FIREFOX);
		ended.add('a');
		expect(await idsAt(instance())).toEqual(['b']);
	});

	test('loses the sessions that are removed, and no others', async () => {
		for (const id of ['a', 'b', 'c']) await instance().noteActivity(session(id), FIREFOX);
		await instance().remove('user-1', ({ id }) => id === 'a');
		expect((await idsAt(instance()))?.sort()).toEqual(['b', 'c']);
		await instance().remove('user-1', () => true);
		expect([await idsAt(instance()), writes.at(-1)?.lifeMs]).toEqual([[], 1]);
	});

	test('cannot be read while the store is unavailable, or if it fails during the read', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		isUp = false;
		expect(await idsAt(instance())).toBeNull();
		isUp = true;
		const failing: Store = { ...store, read: () => ((isUp = false), Promise.resolve(null)) };
		expect(await idsAt(instance([next], failing))).toBeNull();
	});

	test.each(['', 'nonsense', '[]'])('counts as empty, and is written again, if the store holds %j', async (text) => {
		await instance().noteActivity(session('a'), FIREFOX);
		await store.write(writes[0]?.key ?? '', text, 60_000);
		expect(await idsAt(instance())).toEqual([]);
		await instance().noteActivity(session('b'), FIREFOX);
		expect(await idsAt(instance())).toEqual(['b']);
	});

	test('cannot be moved to another person within the store', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		await instance().noteActivity(session('z', { userId: 'user-2' }), FIREFOX);
		const [mine, theirs] = writes;
		await store.write(mine?.key ?? '', theirs?.text ?? '', 60_000);
		expect(await idsAt(instance())).toEqual([]);
	});

	test('shows a session with a browser name that only a later version knows', async () => {
		await instance().noteActivity(session('a'), FIREFOX);
		const seal = createSeal([next], 'session list');
		const { value } = seal.open(writes[0]?.text ?? '') as { value: { sessions: { browser: string }[] } };
		for (const listed of value.sessions) listed.browser = 'A New Browser';
		await store.write(writes[0]?.key ?? '', seal.seal(value), 60_000);
		expect(await instance().read('user-1')).toMatchObject([{ id: 'a', browser: null, system: 'Windows' }]);
	});

	test('gives up without an error if other instances change it constantly', async () => {
		const busy: Store = { ...store, replace: (_key: string, _expected: Entry | null) => Promise.resolve(false) };
		await instance([next], busy).noteActivity(session('a'), FIREFOX);
		expect(await idsAt(instance())).toEqual([]);
	});
});

describe('during a rotation of AUTH_SECRET', () => {
	const [first, second, third] = [[old, next], [next, old], [next]] as const;

	test('each instance shows what the others have written, in all three phases', async () => {
		await instance([old]).noteActivity(session('a'), FIREFOX);
		await instance(first).noteActivity(session('b'), FIREFOX);
		await instance(second).noteActivity(session('c'), FIREFOX);
		for (const secrets of [first, second]) expect((await idsAt(instance(secrets)))?.sort()).toEqual(['a', 'b', 'c']);
		nowMs += 5 * MINUTE;
		for (const id of ['a', 'b', 'c']) await instance(second).noteActivity(session(id), FIREFOX);
		expect((await idsAt(instance(third)))?.sort()).toEqual(['a', 'b', 'c']);
	});

	test('a removed session is removed under both secrets', async () => {
		await instance(first).noteActivity(session('a'), FIREFOX);
		nowMs += 5 * MINUTE;
		await instance(second).noteActivity(session('a'), FIREFOX);
		await instance(second).remove('user-1', ({ id }) => id === 'a');
		expect([await idsAt(instance(first)), await idsAt(instance(second))]).toEqual([[], []]);
	});

	test('a session is listed once, with its last activity', async () => {
		await instance(first).noteActivity(session('a'), FIREFOX);
		nowMs += 5 * MINUTE;
		await instance(second).noteActivity(session('a'), FIREFOX);
		expect(await instance(first).read('user-1')).toMatchObject([{ id: 'a', activeAt: SIGNED_IN_AT + 300 }]);
	});
});
