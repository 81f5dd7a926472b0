import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
	evictions,
	flowIdOf,
	type WalletCookie,
	MAX_COOKIE_BYTES,
	type WalletState,
	newFlowId
} from '$lib/server/auth/cookie-budget';
import { assertProperty } from '../../../harness/property';

vi.mock('$lib/server/config', () => import('../configured'));

const NOW_MS = 1_800_000_000_000;
/** What a session in identity verification takes, by `wallet-cookies.test.ts`. */
const MAX_VERIFYING_BYTES = 410;
const flow = (age: number) => `flow.${(NOW_MS - age).toString(36).padStart(9, '0')}0123abcd`;
const wallet = (state: WalletState, age = 0): WalletCookie => ({ state, startedAt: NOW_MS - age });

/** Cookies by name with their sizes, and what the wallet cookies among them hold. */
function evicted(sizes: Readonly<Record<string, number>>, wallets: Readonly<Record<string, WalletCookie>> = {}) {
	return evictions({ sizes: new Map(Object.entries(sizes)), wallets: new Map(Object.entries(wallets)) });
}

describe('a flow', () => {
	test('is identified by its cookie name, and its id sorts by age', () => {
		const ids = [3, 2, 1].map((age) => newFlowId(NOW_MS - age));
		expect(ids.map((id) => flowIdOf(`flow.${id}`))).toEqual(ids);
		expect([...ids].sort()).toEqual(ids);
	});

	test.each(['flow.x', 'session.0', `wallet.${newFlowId(0)}`, 'login'])(
		'is not identified by the cookie name %s',
		(name) => {
			expect(flowIdOf(name)).toBeNull();
		}
	);
});

describe('within the budget', () => {
	test('nothing is evicted', () => {
		expect(
			evicted({ session: 4400, login: 250, [flow(1)]: 600, 'wallet.a': 900 }, { 'wallet.a': wallet('unscanned') })
		).toEqual([]);
	});

	test('a fifth flow evicts only the oldest one', () => {
		expect(evicted(Object.fromEntries([5, 4, 3, 2, 1].map((age) => [flow(age), 100])))).toEqual([flow(5)]);
	});

	test('a fifth wallet session evicts one that is over, otherwise the oldest unscanned one', () => {
		const sizes = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((id) => [`wallet.${id}`, 100]));
		const unscanned = Object.fromEntries(Object.keys(sizes).map((name, age) => [name, wallet('unscanned', age)]));
		expect(evicted(sizes, unscanned)).toEqual(['wallet.e']);
		expect(evicted(sizes, { ...unscanned, 'wallet.b': wallet('over') })).toEqual(['wallet.b']);
	});

	test('five wallet sessions in identity verification are all kept', () => {
		const names = ['a', 'b', 'c', 'd', 'e'].map((id) => `wallet.${id}`);
		const sizes = Object.fromEntries(names.map((name) => [name, 100]));
		expect(evicted(sizes, Object.fromEntries(names.map((name) => [name, wallet('verifying')])))).toEqual([]);
	});
});

describe('beyond the budget', () => {
	const wallets = {
		'wallet.over': wallet('over'),
		'wallet.old': wallet('unscanned', 9),
		'wallet.new': wallet('unscanned')
	};
	const sizes = {
		session: 3900,
		[flow(3)]: 600,
		[flow(2)]: 600,
		[flow(1)]: 600,
		'wallet.over': 700,
		'wallet.old': 700,
		'wallet.new': 700
	};

	test.each<[string, number, readonly string[]]>([
		['first what has expired', 3800, ['wallet.over']],
		['then the oldest flow', 4400, ['wallet.over', flow(3)]],
		['then the oldest unscanned wallet session', 5000, ['wallet.over', flow(3), 'wallet.old']],
		['then the next flow', 5500, ['wallet.over', flow(3), 'wallet.old', flow(2)]]
	])('cookies are evicted in this order: %s', (_, session, names) => {
		expect(evicted({ ...sizes, session }, wallets)).toEqual(names);
	});

	test('cookies that are not the portal’s are evicted first', () => {
		expect(evicted({ ...sizes, session: 3000, 'session.9': 900, garbage: 100 }, wallets)).toEqual(['session.9']);
	});

	test('the session and wallet sessions in identity verification are never evicted', () => {
		const held = { 'session.0': 3850, 'session.1': 600, 'wallet.a': 1500, 'wallet.b': 1500, [flow(1)]: 600 };
		const states = { 'wallet.a': wallet('verifying', 9), 'wallet.b': wallet('verifying') };
		expect(evicted(held, states)).toEqual([flow(1)]);
	});

	test('the login transaction is never evicted: without it no new sign-in could start', () => {
		expect(evicted({ session: 4400, login: 300, [flow(1)]: 9000 })).toEqual([flow(1)]);
	});
});

test('the kept cookies always fit, and a signed-in browser keeps two flows beside its session', () => {
	const states = fc.constantFrom<WalletState>('over', 'unscanned', 'completed');
	const holdings = fc.record({
		session: fc.integer({ min: 0, max: 4400 }),
		flows: fc.uniqueArray(fc.integer({ min: 1, max: 900_000 }), { maxLength: 6 }),
		wallets: fc.array(fc.tuple(states, fc.integer({ min: 100, max: 2000 })), { maxLength: 7 })
	});
	void assertProperty(
		fc.property(holdings, ({ session, flows, wallets }) => {
			const sizes = new Map([
				['session', session],
				['login', 250],
				['locale', 30],
				['institution', 180]
			]);
			for (const age of flows) sizes.set(flow(age), 600);
			wallets.forEach(([, size], at) => sizes.set(`wallet.${at}`, size));
			const held = new Map(wallets.map(([state], at) => [`wallet.${at}`, wallet(state, at)]));
			const gone = new Set(evictions({ sizes, wallets: held }));
			const kept = [...sizes].filter(([name]) => !gone.has(name));
			expect(kept.reduce((sum, [, size]) => sum + size, 0)).toBeLessThanOrEqual(MAX_COOKIE_BYTES);
			const keptFlows = kept.filter(([name]) => name.startsWith('flow.')).map(([name]) => name);
			const newest = [...flows].sort((a, b) => a - b).map(flow);
			expect(keptFlows.sort()).toEqual(newest.slice(0, keptFlows.length).sort());
			const largest = (wanted: WalletState) =>
				Math.max(0, ...wallets.map(([state, size]) => (state === wanted ? size : 0)));
			const newestWallets = largest('unscanned') + largest('completed');
			const mustKeep = session + 460 + 1200 + newestWallets <= MAX_COOKIE_BYTES ? 2 : 1;
			expect(keptFlows.length).toBeGreaterThanOrEqual(Math.min(mustKeep, flows.length));
		})
	);
});

test('a session and four wallet sessions in identity verification are kept, and all cookies fit the budget', () => {
	const state = fc.constantFrom<WalletState>('over', 'unscanned', 'completed');
	const holdings = fc.record({
		session: fc.integer({ min: 0, max: 4400 }),
		flows: fc.uniqueArray(fc.integer({ min: 1, max: 900_000 }), { maxLength: 6 }),
		verifying: fc.array(fc.integer({ min: 300, max: MAX_VERIFYING_BYTES }), { maxLength: 4 }),
		others: fc.array(fc.tuple(state, fc.integer({ min: 100, max: 2000 })), { maxLength: 7 }),
		garbage: fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 3 })
	});
	void assertProperty(
		fc.property(holdings, ({ session, flows, verifying, others, garbage }) => {
			const sizes = new Map([
				['session', session],
				['login', 250],
				['locale', 30],
				['institution', 180]
			]);
			const wallets = new Map<string, WalletCookie>();
			for (const age of flows) sizes.set(flow(age), 600);
			function add(name: string, size: number, held: WalletCookie): void {
				sizes.set(name, size);
				wallets.set(name, held);
			}
			verifying.forEach((size, at) => add(`wallet.v${at}`, size, wallet('verifying', at)));
			others.forEach(([held, size], at) => add(`wallet.o${at}`, size, wallet(held, at)));
			garbage.forEach((size, at) => sizes.set(`garbage${'x'.repeat(at)}`, size));
			const gone = evictions({ sizes, wallets });
			expect(gone.filter((name) => name === 'session' || name.startsWith('wallet.v'))).toEqual([]);
			const kept = [...sizes].filter(([name]) => !gone.includes(name));
			expect(kept.reduce((sum, [, size]) => sum + size, 0)).toBeLessThanOrEqual(MAX_COOKIE_BYTES);
			// The sign-in that the person is in goes on, while there is room for it.
			const room = MAX_COOKIE_BYTES - session - 460 - verifying.reduce((sum, size) => sum + size, 0);
			expect(kept.some(([name]) => name.startsWith('flow.'))).toBe(flows.length > 0 && room >= 600);
		})
	);
});
