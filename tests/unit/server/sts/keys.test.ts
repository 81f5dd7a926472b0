import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { createKeyRing, KeysUnavailable } from '$lib/server/sts/keys';
import { virtualClock } from '../../virtual-clock';

const header = (kid: string) => ({ alg: 'ES256', kid });
const keyed = async (kid: string): Promise<JWK> => {
	const { publicKey } = await generateKeyPair('ES256');
	return { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
};
const [first, second] = await Promise.all([keyed('first'), keyed('second')]);

/** A ring, a controlled clock, and an STS that publishes these keys until told otherwise. */
function ringWith(...keys: JWK[]) {
	const clock = virtualClock();
	const sts = { keys, isUnavailable: false, fetches: 0 };
	const ring = createKeyRing({
		now: clock.now,
		load: () => {
			sts.fetches += 1;
			if (sts.isUnavailable) return Promise.reject(new TypeError('fetch failed'));
			return Promise.resolve({ issuer: 'i', idTokenAlgorithms: ['ES256'], jwks: { keys: sts.keys } });
		}
	});
	const knows = async (kid: string, from: 'sts' | 'untrusted' = 'untrusted') => {
		const { find } = await ring.keysFor(header(kid), from);
		try {
			await find(header(kid), { payload: '', signature: '' });
			return true;
		} catch {
			return false;
		}
	};
	return { clock, sts, knows };
}

const flood = (knows: (kid: string) => Promise<boolean>) =>
	Promise.allSettled(Array.from({ length: 500 }, (_, index) => knows(`made-up-${index}`)));

describe('the keys of the STS', () => {
	test('are fetched once for concurrent callers, and then cached', async () => {
		const { sts, knows, clock } = ringWith(first);
		expect(await Promise.all([knows('first'), knows('first')])).toEqual([true, true]);
		await clock.advance(9 * 60_000);
		expect(await knows('first')).toBe(true);
		expect(sts.fetches).toBe(1);
	});

	test('are fetched again for a new key, without a restart', async () => {
		const { sts, knows, clock } = ringWith(first);
		await knows('first');
		sts.keys = [first, second];
		await clock.advance(30_000);
		expect(await knows('second')).toBe(true);
		expect(sts.fetches).toBe(2);
	});

	test('are fetched at most once in 30 s, for any number of made-up ids', async () => {
		const { sts, knows, clock } = ringWith(first);
		await knows('first');
		for (const expected of [1, 1, 2, 2, 3]) {
			await flood(knows);
			expect(sts.fetches).toBe(expected);
			await clock.advance(15_000);
		}
	});

	test('are fetched at most once in 30 s while the STS is unreachable, even if it was so from the start', async () => {
		const { sts, knows, clock } = ringWith(first);
		sts.isUnavailable = true;
		for (const expected of [1, 1, 2]) {
			const outcomes = await flood(knows);
			expect(outcomes.map(({ status }) => status)).not.toContain('fulfilled');
			expect(sts.fetches).toBe(expected);
			await clock.advance(15_000);
		}
	});

	test('are fetched immediately for a token that the STS has just issued', async () => {
		const { sts, knows } = ringWith(first);
		await knows('made-up');
		sts.keys = [second];
		expect(await knows('second', 'sts')).toBe(true);
	});

	test('are dropped once the STS has withdrawn them', async () => {
		const { sts, knows, clock } = ringWith(first);
		await knows('first');
		sts.keys = [second];
		await clock.advance(10 * 60_000);
		expect(await knows('first')).toBe(false);
	});
});

describe('while the STS is unreachable', () => {
	test('known keys stay in use, and are requested again every 30 s', async () => {
		const { sts, knows, clock } = ringWith(first);
		await knows('first');
		sts.isUnavailable = true;
		await clock.advance(10 * 60_000);
		for (const expected of [2, 2, 3]) {
			expect(await knows('first')).toBe(true);
			expect(sts.fetches).toBe(expected);
			await clock.advance(15_000);
		}
	});

	test('an unknown key is reported as unavailable, not as invalid', async () => {
		const { sts, knows, clock } = ringWith(first);
		await knows('first');
		sts.isUnavailable = true;
		await clock.advance(30_000);
		await expect(knows('second')).rejects.toThrow(KeysUnavailable);
		await expect(knows('third')).rejects.toThrow(KeysUnavailable);
		expect(sts.fetches).toBe(2);
	});

	test('a call that hangs delays only the first caller that finds the keys outdated', async () => {
		const clock = virtualClock();
		const calls: ((error: Error) => void)[] = [];
		let isUnavailable = false;
		const load = () =>
			isUnavailable
				? new Promise<never>((_, reject) => void calls.push(reject))
				: Promise.resolve({ issuer: 'i', idTokenAlgorithms: [], jwks: { keys: [first] } });
		const ring = createKeyRing({ now: clock.now, load });
		await ring.keysFor(header('first'), 'untrusted');
		isUnavailable = true;
		await clock.advance(10 * 60_000);
		const held = ring.keysFor(header('first'), 'untrusted');
		await clock.advance(10_000);
		calls[0]?.(new Error('timed out'));
		await expect(held).resolves.toMatchObject({ issuer: 'i' });
		await clock.advance(20_000);
		await expect(ring.keysFor(header('first'), 'untrusted')).resolves.toMatchObject({ issuer: 'i' });
		expect(calls).toHaveLength(2);
	});
});

test('a token without a key id is verified with the only key', async () => {
	const clock = virtualClock();
	const jwks = { keys: [first] };
	const ring = createKeyRing({ now: clock.now, load: async () => ({ issuer: 'i', idTokenAlgorithms: [], jwks }) });
	const { find } = await ring.keysFor({ alg: 'ES256' }, 'untrusted');
	await expect(find({ alg: 'ES256' }, { payload: '', signature: '' })).resolves.toBeDefined();
});

test.each([{ keys: 'none' }, null, 'oops'])('%j instead of keys counts as no response', async (jwks) => {
	const ring = createKeyRing({
		load: async () => ({ issuer: 'i', idTokenAlgorithms: [], jwks: jwks as never })
	});
	await expect(ring.keysFor(header('first'), 'untrusted')).rejects.toThrow(KeysUnavailable);
});
