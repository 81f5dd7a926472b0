import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { afterActivity, isActivity, withNewestActivity } from '$lib/server/handles/session';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
const shared: { store: Store } = vi.hoisted(() => ({ store: undefined as never }));
vi.mock('$lib/server/store', () => ({ sharedStore: () => shared.store }));

const MINUTE = 60;
const IDLE = 30 * MINUTE;
const inMinutes = (minutes: number) => vi.setSystemTime((SIGNED_IN_AT + minutes * MINUTE) * 1000);
const active = (changes = {}) => someSession({ activeAt: SIGNED_IN_AT, ...changes });

beforeEach(() => {
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000, toFake: ['Date'] });
	shared.store = createMemoryStore();
	configure({ SESSION_IDLE_TIMEOUT: String(IDLE) });
});
afterEach(() => vi.useRealTimers());

describe('with an idle timeout, a session', () => {
	test.each([true, false])('stays valid until the timeout, and is ended after it (activity: %s)', async (isActive) => {
		inMinutes(29.9);
		expect(await afterActivity(active(), isActive)).not.toBeNull();
		shared.store = createMemoryStore();
		inMinutes(30);
		expect(await afterActivity(active(), isActive)).toBeNull();
	});

	test('records activity at most once in a tenth of the timeout', async () => {
		const session = active();
		inMinutes(2.9);
		expect(await afterActivity(session, true)).toBe(session);
		inMinutes(3);
		expect(await afterActivity(session, true)).toEqual({ ...session, activeAt: SIGNED_IN_AT + 3 * MINUTE });
	});

	test('with a short timeout records activity at most once a minute', async () => {
		configure({ SESSION_IDLE_TIMEOUT: '300' });
		const session = active();
		inMinutes(0.9);
		expect(await afterActivity(session, true)).toBe(session);
		inMinutes(1);
		expect(await afterActivity(session, true)).not.toBe(session);
	});

	test('is not extended by background requests of pages, which cause no write to the store', async () => {
		const write = vi.spyOn(shared.store, 'write');
		const session = active();
		inMinutes(20);
		expect(await afterActivity(session, false)).toBe(session);
		expect(write).not.toHaveBeenCalled();
	});

	test('of an earlier version is not idle immediately, and becomes idle after the timeout', async () => {
		inMinutes(600);
		const session = await afterActivity(someSession(), false);
		expect(session?.activeAt).toBe(SIGNED_IN_AT + 600 * MINUTE);
		inMinutes(630);
		expect(session && (await afterActivity(session, true))).toBeNull();
	});

	test('whose older cookie is sent again continues from the newest activity in the store', async () => {
		const older = active();
		inMinutes(25);
		const newer = await afterActivity(older, true);
		expect(await withNewestActivity(older)).toEqual(newer);
		inMinutes(40);
		expect(await afterActivity(older, false)).toEqual(newer);
		inMinutes(55);
		expect(await afterActivity(older, true)).toBeNull();
	});

	test.each(['', 'x', '-1', '9999999999999', '1e9'])(
		'is not extended into the future by the value %j in the store',
		async (text) => {
			await shared.store.write('active:session-1', text, 60_000);
			expect((await withNewestActivity(active())).activeAt).toBe(SIGNED_IN_AT);
		}
	);
});

test('without an idle timeout, a session does not end or change, and the store is not read', async () => {
	configure();
	const store = vi.spyOn(shared.store, 'read');
	inMinutes(24 * 60);
	const session = active();
	expect([await afterActivity(session, true), await withNewestActivity(session)]).toEqual([session, session]);
	expect(store).not.toHaveBeenCalled();
});

test.each<[boolean, string | null, object]>([
	[true, '/(member)/account', {}],
	[true, '/(member)/api/backends/[name]/[...path]', { method: 'POST' }],
	[true, '/(public)', {}],
	[false, '/(member)/account', { headers: { 'sec-purpose': 'prefetch' } }],
	[false, '/(public)/api/auth/session', {}],
	[false, '/(public)/api/wallet/sessions/[id]/status', {}],
	[false, '/(public)/api/wallet/sessions/[id]/events', {}],
	[false, '/(public)/api/wallet/sessions/[id]/complete', { method: 'POST' }],
	[false, '/(public)/login/wallet/view', {}],
	[false, '/(public)/login/identity/view', {}],
	[true, '/(public)/login/wallet', { method: 'POST' }],
	[false, null, {}]
])('isActivity returns %s for %s with %j', (expected, routeId, options) => {
	expect(isActivity(requestEvent({ routeId, ...options }))).toBe(expected);
});
