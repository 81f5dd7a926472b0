import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
// Loaded once, so that what is imported anew below shares this configuration.
import '../../../src/lib/server/config';
import type * as listing from '../../../src/lib/server/sts/institutions';

vi.mock('../../../src/lib/server/config', () => import('../configured'));

vi.mock('../../../src/lib/server/upstream/client', () => import('../fetch-client'));
const fetched = vi.fn<typeof fetch>();
vi.stubGlobal('fetch', fetched);
afterAll(() => vi.unstubAllGlobals());

let institutions: typeof listing.institutions;
beforeEach(async () => {
	fetched.mockReset();
	vi.resetModules();
	({ institutions } = await import('../../../src/lib/server/sts/institutions'));
});

const lists = (...listed: object[]) => fetched.mockImplementation(() => Promise.resolve(Response.json(listed)));
const NOW_MS = 1_800_000_000_000;

describe('the institutions to choose from', () => {
	test('are those the STS lists and has switched on, by name', async () => {
		lists(
			{ id: 'b', name: 'Beta', enabled: true },
			{ id: 'x', name: 'Off', enabled: false },
			{ id: 'a', name: 'Alpha' }
		);
		expect(await institutions()).toEqual([
			{ id: 'a', name: 'Alpha' },
			{ id: 'b', name: 'Beta' }
		]);
	});

	test('are asked for once a minute', async () => {
		lists({ id: 'a', name: 'Alpha' });
		await Promise.all([institutions(NOW_MS), institutions(NOW_MS), institutions(NOW_MS + 59_999)]);
		expect(fetched).toHaveBeenCalledOnce();
		await institutions(NOW_MS + 60_000);
		expect(fetched).toHaveBeenCalledTimes(2);
	});

	test('are none where the STS has no such list', async () => {
		fetched.mockResolvedValue(new Response(null, { status: 404 }));
		expect(await institutions()).toEqual([]);
	});

	test.each<[string, () => Promise<Response>]>([
		['is away', () => Promise.reject(new TypeError('fetch failed'))],
		['has failed', () => Promise.resolve(new Response('oops', { status: 500 }))],
		['answers HTML', () => Promise.resolve(new Response('<h1>'))],
		['answers another shape', () => Promise.resolve(Response.json({ providers: [] }))],
		['redirects', () => Promise.resolve(new Response(null, { status: 302, headers: { location: '/' } }))]
	])('are none while the STS %s; it is asked again after ten seconds', async (_, answer) => {
		fetched.mockImplementation(answer);
		expect(await institutions(NOW_MS)).toEqual([]);
		expect(await institutions(NOW_MS + 9_999)).toEqual([]);
		expect(fetched).toHaveBeenCalledOnce();
		lists({ id: 'a', name: 'Alpha' });
		expect(await institutions(NOW_MS + 10_000)).toEqual([{ id: 'a', name: 'Alpha' }]);
	});
});
