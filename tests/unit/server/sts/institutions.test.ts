import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
// Loaded once, so that what is imported anew below shares this configuration.
import '$lib/server/config';
import type { log as logging } from '$lib/server/log';
import type * as listing from '$lib/server/sts/institutions';

vi.mock('$lib/server/config', () => import('../configured'));

vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
const fetched = vi.fn<typeof fetch>();
vi.stubGlobal('fetch', fetched);
afterAll(() => vi.unstubAllGlobals());

let nowMs: number;

let institutions: typeof listing.institutions;
let institutionNames: typeof listing.institutionNames;
let log: typeof logging;
beforeEach(async () => {
	fetched.mockReset();
	vi.resetModules();
	nowMs = 1_800_000_000_000;
	vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
	({ institutions, institutionNames } = await import('$lib/server/sts/institutions'));
	({ log } = await import('$lib/server/log'));
});

const lists = (...listed: object[]) => fetched.mockImplementation(() => Promise.resolve(Response.json(listed)));
/** Lets a read that nobody waits for finish. */
const flush = () => new Promise((resolve) => setImmediate(resolve));
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('the institutions to choose from', () => {
	test('are those that the STS lists as enabled, sorted by name', async () => {
		lists(
			{ id: 'b', name: 'Beta', enabled: true },
			{ id: 'x', name: 'Off', enabled: false },
			{ id: 'a', name: 'Alpha' }
		);
		expect(await institutions('en')).toEqual([
			{ id: 'a', name: 'Alpha', also: [] },
			{ id: 'b', name: 'Beta', also: [] }
		]);
	});

	test('omit only entries that are not valid, which is logged once', async () => {
		const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
		lists(
			{ id: 'a', name: null },
			{ id: 'b', name: {} },
			{ id: '', name: 'No id' },
			{ name: 'No id' },
			[],
			{ id: 'c', name: ' Gamma\u0000 ', enabled: 'true' },
			{ id: 'd', name: 'Off', enabled: 'false' },
			...['\ud800', '.', '..', ' ', 'a\u0000b', false, 1e300].map((id) => ({ id, name: 'No id' })),
			{ id: 'c', name: 'Again' },
			{ id: 5, name: 'Five', enabled: null, logo: { nl: 1 } }
		);
		expect(await institutions('en')).toEqual([
			{ id: '5', name: 'Five', also: [] },
			{ id: 'c', name: 'Gamma', also: [] }
		]);
		nowMs += 30_000;
		await institutions('en');
		expect(warned.mock.calls).toEqual([[expect.any(String), { list: 'institutions', dropped: 13, total: 16 }]]);
	});

	test('have their names in the language of the page, and are sorted by them', async () => {
		lists(
			{ id: 'a', name: { nl: 'Zuid', en: 'South' } },
			{ id: 'b', name: [{ lang: 'en-GB', value: 'North' }] },
			{ id: 'c', name: { de: 'Oberstufe', fr: 'Lycée' } }
		);
		expect((await institutions('nl'))?.map(({ name }) => name)).toEqual(['North', 'Oberstufe', 'Zuid']);
		expect((await institutions('en'))?.map(({ name }) => name)).toEqual(['North', 'Oberstufe', 'South']);
		expect(fetched).toHaveBeenCalledOnce();
	});

	test('can be found by their names in both languages and by their keywords, without duplicates', async () => {
		lists(
			{ id: 'a', name: { nl: 'Zuid', en: 'South' }, keywords: ['Zuid', 'Z', 'z', 'Z'] },
			{ id: 'b', name: 'Noord', keywords: { nl: 'NRD koud+water', en: ['North', 7, null] } }
		);
		expect(await institutions('nl')).toEqual([
			{ id: 'b', name: 'Noord', also: ['NRD', 'koud water', 'North'] },
			{ id: 'a', name: 'Zuid', also: ['South', 'Z', 'z'] }
		]);
		expect((await institutions('en'))?.at(-1)).toEqual({ id: 'a', name: 'South', also: ['Zuid', 'Z', 'z'] });
	});

	test('keep at most 20 keywords of 64 characters, and stay in the list even if none is kept', async () => {
		const keywords = ['x'.repeat(65), 'y'.repeat(64), ...Array.from({ length: 50 }, (_, n) => `k${n}`)];
		lists({ id: 'a', name: 'Alpha', keywords }, { id: 'b', name: 'Beta', keywords: 1e300 });
		const [alpha, beta] = (await institutions('en')) ?? [];
		expect(alpha?.also).toHaveLength(20);
		expect(alpha?.also[0]).toBe('y'.repeat(64));
		expect(beta?.also).toEqual([]);
	});

	test('are requested once a minute', async () => {
		lists({ id: 'a', name: 'Alpha' });
		await Promise.all([institutions('en'), institutions('en')]);
		nowMs += MINUTE_MS - 1;
		await institutions('en');
		expect(fetched).toHaveBeenCalledOnce();
		nowMs += 1;
		await institutions('en');
		expect(fetched).toHaveBeenCalledTimes(2);
	});

	test('are the same object while the content of the STS’s list is the same, and after a failure', async () => {
		vi.spyOn(log, 'warn').mockImplementation(() => {});
		const [alpha, beta] = [
			{ id: 'a', name: 'Alpha' },
			{ id: 'b', name: 'Beta' }
		];
		lists(alpha, beta);
		const first = await institutions('en');
		const changes = [
			() => lists(alpha, beta),
			() => lists(beta, { name: 'Alpha', id: 'a', logo: 'new' }),
			() => fetched.mockResolvedValue(new Response(null, { status: 500 })),
			() => lists(beta, alpha)
		];
		for (const change of changes) {
			change();
			nowMs += MINUTE_MS;
			await institutions('en');
			await flush();
			expect(await institutions('en')).toBe(first);
		}
		lists({ id: 'a', name: 'Gamma' });
		nowMs += MINUTE_MS;
		expect((await institutions('en'))?.[0]?.name).toBe('Gamma');
	});

	test('are empty if the STS has no such list', async () => {
		fetched.mockResolvedValue(new Response(null, { status: 404 }));
		expect(await institutions('en')).toEqual([]);
	});

	const faults: [string, () => Promise<Response>][] = [
		['is unreachable', () => Promise.reject(new TypeError('fetch failed'))],
		['responds with 500', () => Promise.resolve(new Response('oops', { status: 500 }))],
		['responds with HTML', () => Promise.resolve(new Response('<h1>'))],
		['responds with JSON that does not match the schema', () => Promise.resolve(Response.json({ providers: [] }))],
		['redirects', () => Promise.resolve(new Response(null, { status: 302, headers: { location: '/' } }))],
		['returns only invalid entries', () => Promise.resolve(Response.json([{ id: '' }, {}]))]
	];
	test.each(faults)(
		'are unknown while the STS %s, which is logged; they are requested again after ten seconds',
		async (_, response) => {
			const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
			fetched.mockImplementation(response);
			expect(await Promise.all([institutions('en'), institutions('en')])).toEqual([null, null]);
			nowMs += 9_999;
			expect(await institutions('en')).toBeNull();
			expect(fetched).toHaveBeenCalledOnce();
			expect(warned.mock.calls.filter(([text]) => text.includes('could not be read'))).toHaveLength(1);
			lists({ id: 'a', name: 'Alpha' });
			nowMs += 1;
			expect(await institutions('en')).toEqual([{ id: 'a', name: 'Alpha', also: [] }]);
		}
	);

	test.each(faults)(
		'stay known for a day while the STS %s; they are requested again every ten seconds',
		async (_, response) => {
			const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
			lists({ id: 'a', name: 'Alpha' });
			const first = await institutions('en');
			fetched.mockImplementation(response);
			nowMs += MINUTE_MS;
			expect(await institutions('en')).toBe(first);
			nowMs += 9_999;
			expect(await institutions('en')).toBe(first);
			expect(fetched).toHaveBeenCalledTimes(2);
			nowMs += 1;
			expect(await institutions('en')).toBe(first);
			expect(fetched).toHaveBeenCalledTimes(3);
			expect((await institutionNames('en'))('a')).toBe('Alpha');
			expect(warned.mock.calls.filter(([text]) => text.includes('last good one'))).toHaveLength(1);
			await flush();
			nowMs += DAY_MS;
			expect(await institutions('en')).toBeNull();
		}
	);

	test('are returned immediately while the STS stalls, if it has failed before', async () => {
		vi.spyOn(log, 'warn').mockImplementation(() => {});
		lists({ id: 'a', name: 'Alpha' });
		const first = await institutions('en');
		fetched.mockRejectedValue(new TypeError('fetch failed'));
		nowMs += MINUTE_MS;
		await institutions('en');
		fetched.mockReturnValue(new Promise(() => {}));
		nowMs += 10_000;
		expect(await institutions('en')).toBe(first);
		expect(fetched).toHaveBeenCalledTimes(3);
	});
});

describe('the name of an institution', () => {
	test('is found by its id, in the language of the page, even if it cannot be chosen', async () => {
		lists({ id: 'a', name: { nl: 'Noord', en: 'North' } }, { id: 'off', name: 'Zuid', enabled: false });
		const [nl, en] = [await institutionNames('nl'), await institutionNames('en')];
		expect([nl('a'), en('a'), en('off'), en('b'), en(null), en(undefined)]).toEqual([
			'Noord',
			'North',
			'Zuid',
			null,
			null,
			null
		]);
		expect(fetched).toHaveBeenCalledOnce();
	});

	test('is unknown after two seconds while the STS does not respond', async () => {
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
		try {
			fetched.mockReturnValue(new Promise(() => {}));
			const names = institutionNames('en');
			await vi.advanceTimersByTimeAsync(2000);
			expect((await names)('a')).toBeNull();
		} finally {
			vi.useRealTimers();
		}
	});
});
