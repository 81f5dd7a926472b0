import { describe, expect, test } from 'vitest';
import { StatusLists } from './verifier/status-lists.ts';
import { fixture, issuerUrl, now, outcome, send, useVerifierFixture } from './verifier-fixture.ts';

useVerifierFixture();

describe('the status list', () => {
	test.each<[string, () => Promise<Response>]>([
		['is unreachable', async () => Promise.reject(new TypeError('fetch failed'))],
		['is an error', async () => new Response(await fixture.issuer.statusList(), { status: 503 })],
		['is not a status list', async () => new Response('nonsense')],
		['comes from another issuer', async () => new Response(await fixture.foreignIssuer.statusList())]
	])('%s: the outcome is status_unavailable', async (_what, response) => {
		fixture.fetchList = response;
		expect(await send()).toBe('status_unavailable');
	});

	test('from another address is not used', async () => {
		const other = new StatusLists({
			issuer: issuerUrl,
			trustAnchors: [await fixture.issuer.certificate()],
			now,
			fetch: async () => new Response(await fixture.issuer.statusList())
		});
		expect(await outcome(other.status('http://issuer.test/other-list', 0))).toBe('status_unavailable');
	});

	test('of endless length is not read to its end', async () => {
		let sent = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull(controller) {
				sent += 65_536;
				controller.enqueue(new Uint8Array(65_536));
			}
		});
		fixture.fetchList = () => Promise.resolve(new Response(endless));
		expect(await send()).toBe('status_unavailable');
		expect(sent).toBeLessThan(1_000_000);
	});

	test('on another host than the issuer’s is not fetched', async () => {
		expect(await outcome(fixture.statusLists.status('http://169.254.169.254/list', 0))).toBe('status_unavailable');
		expect(fixture.fetches).toBe(0);
	});

	test('is fetched once for concurrent presentations', async () => {
		expect([await Promise.all([send(), send(), send()]), fixture.fetches]).toEqual([
			['accepted', 'accepted', 'accepted'],
			1
		]);
	});

	test('has no entry at that index: the outcome is status_unavailable', async () => {
		expect(await outcome(fixture.statusLists.status(fixture.issuer.statusListUrl, 1_000_000))).toBe(
			'status_unavailable'
		);
	});

	test('is fetched again after its ttl', async () => {
		expect([await send(), await send(), fixture.fetches]).toEqual(['accepted', 'accepted', 1]);
		fixture.ahead = 6000;
		expect([await send(), fixture.fetches]).toEqual(['accepted', 2]);
	});

	test('is not used after its ttl if no newer one is available', async () => {
		expect(await send()).toBe('accepted');
		fixture.fetchList = async () => Promise.reject(new TypeError('fetch failed'));
		expect(await send()).toBe('accepted');
		fixture.ahead = 6000;
		expect(await send()).toBe('status_unavailable');
	});
});
