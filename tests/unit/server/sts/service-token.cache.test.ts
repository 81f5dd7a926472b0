import { describe, expect, test } from 'vitest';
import { Problem } from '$lib/server/http/problem';
import { optionsKey, createTokenCache } from '$lib/server/sts/service-token';
import type { TokenOptions } from '$lib/server/config/service-client';

const options: TokenOptions = { scope: 'bridge' };

/** An STS that numbers its tokens, and a controlled clock. */
function serviceTokens() {
	const sts = { calls: [] as TokenOptions[], isUnavailable: false, lifeSeconds: 600 as number | undefined };
	const clock = { ms: 5000, unixMs: 1_800_000_000_000 };
	const tokens = createTokenCache<TokenOptions>({
		keyOf: optionsKey,
		maxBytes: 10_000,
		now: () => clock.ms,
		unixNow: () => clock.unixMs,
		grant: async (wanted) => {
			sts.calls.push(wanted);
			await Promise.resolve();
			if (sts.isUnavailable) throw new Problem('upstream_unavailable');
			return { accessToken: `token-${sts.calls.length}`, lifeSeconds: sts.lifeSeconds };
		}
	});
	const pass = (seconds: number) => {
		clock.ms += seconds * 1000;
		clock.unixMs += seconds * 1000;
	};
	return { sts, tokens, clock, pass };
}
const away = { code: 'upstream_unavailable', headers: { 'retry-after': '5' } };

describe('the service token', () => {
	test('is fetched once for 200 concurrent callers, and reused for later ones', async () => {
		const { sts, tokens } = serviceTokens();
		const responses = await Promise.all(Array.from({ length: 200 }, () => tokens.current(options)));
		expect(new Set([...responses, await tokens.current(options)])).toEqual(new Set(['token-1']));
		expect(sts.calls).toEqual([options]);
	});

	test('is separate for each scope, audience and resource', async () => {
		const { sts, tokens } = serviceTokens();
		const allOptions = [options, { audience: 'bridge' }, { resource: 'bridge' }, {}];
		const responses = [];
		for (const each of [...allOptions, ...allOptions]) responses.push(await tokens.current(each));
		expect(responses).toEqual(['token-1', 'token-2', 'token-3', 'token-4', 'token-1', 'token-2', 'token-3', 'token-4']);
		expect(sts.calls).toEqual(allOptions);
	});

	test.each<[number | undefined, number]>([
		[600, 540],
		[8, 6],
		[undefined, 240]
	])('that lives %s s is renewed after %s s', async (lifeSeconds, renewed) => {
		const { tokens, pass, sts } = serviceTokens();
		sts.lifeSeconds = lifeSeconds;
		await tokens.current(options);
		pass(renewed - 1);
		expect(await tokens.current(options)).toBe('token-1');
		pass(1);
		expect(await Promise.all([tokens.current(options), tokens.current(options)])).toEqual(['token-2', 'token-2']);
	});

	test.each(['the wall clock steps back', 'the monotonic clock stops during suspend'])(
		'expires in time even if %s',
		async (what) => {
			const { tokens, clock } = serviceTokens();
			await tokens.current(options);
			clock.ms += what.includes('stops') ? 0 : 600_000;
			clock.unixMs += what.includes('stops') ? 600_000 : -3_600_000;
			expect(await tokens.current(options)).toBe('token-2');
		}
	);

	test('that is due for renewal stays in use while the STS is unreachable, until it expires', async () => {
		const { sts, tokens, pass } = serviceTokens();
		await tokens.current(options);
		sts.isUnavailable = true;
		pass(599);
		expect(await tokens.current(options)).toBe('token-1');
		pass(1);
		await expect(tokens.current(options)).rejects.toMatchObject(away);
	});

	test('that is unavailable is requested at most once a second, for any number of callers', async () => {
		const { sts, tokens, pass } = serviceTokens();
		sts.isUnavailable = true;
		const asking = () => Promise.allSettled(Array.from({ length: 50 }, () => tokens.current(options)));
		expect((await asking()).map(({ status }) => status)).toEqual(Array(50).fill('rejected'));
		await asking();
		expect(sts.calls).toHaveLength(1);
		await expect(tokens.current(options)).rejects.toMatchObject(away);
		sts.isUnavailable = false;
		pass(1);
		expect(await tokens.current(options)).toBe('token-2');
	});
});

describe('a service token that a service refuses', () => {
	test('is replaced once for all callers that were refused', async () => {
		const { sts, tokens } = serviceTokens();
		await tokens.current(options);
		const next = await Promise.all(Array.from({ length: 200 }, () => tokens.replace(options, 'token-1')));
		expect(new Set([...next, await tokens.replace(options, 'token-1')])).toEqual(new Set(['token-2']));
		expect([await tokens.current(options), sts.calls.length]).toEqual(['token-2', 2]);
	});

	test('is not replaced repeatedly if new tokens are refused too', async () => {
		const { sts, tokens, pass } = serviceTokens();
		await tokens.current(options);
		await tokens.replace(options, 'token-1');
		expect([await tokens.replace(options, 'token-2'), sts.calls.length]).toEqual([null, 2]);
		pass(30);
		expect(await tokens.replace(options, 'token-2')).toBe('token-3');
	});

	test('is not replaced while the STS is unreachable', async () => {
		const { sts, tokens } = serviceTokens();
		await tokens.current(options);
		sts.isUnavailable = true;
		expect(await tokens.replace(options, 'token-1')).toBeNull();
	});
});

describe('a token of a session that has ended', () => {
	test('is removed, even while it is being requested', async () => {
		const { sts, tokens } = serviceTokens();
		const key = optionsKey(options);
		await tokens.current(options);
		tokens.forget(key);
		const late = tokens.current(options);
		tokens.forget(key.slice(0, 5));
		expect([await late, await tokens.current(options), sts.calls.length]).toEqual(['token-2', 'token-3', 3]);
	});

	test('is removed without affecting other tokens', async () => {
		const { sts, tokens } = serviceTokens();
		await tokens.current(options);
		tokens.forget(optionsKey({ scope: 'another' }));
		expect([await tokens.current(options), sts.calls.length]).toEqual(['token-1', 1]);
	});
});

test('the least recently used tokens are evicted if there is no room for all', async () => {
	const { sts, tokens } = serviceTokens();
	const wanted = Array.from({ length: 40 }, (_, index) => ({ audience: `service-${index}` }));
	for (const each of wanted) await tokens.current(each);
	await tokens.current({ audience: 'service-39' });
	expect(sts.calls).toHaveLength(40);
	await tokens.current({ audience: 'service-0' });
	expect(sts.calls).toHaveLength(41);
});
