import { describe, expect, test, vi } from 'vitest';
import { lookAhead } from '$lib/server/handles/look-ahead';
import { type EventOptions, requestEvent } from '../../../harness/request-event';

const CALLBACK = '/(public)/api/auth/callback/[provider]';
const PREFETCH = { 'sec-purpose': 'prefetch;prerender', accept: 'text/html' };

async function responseTo(options: EventOptions) {
	const resolve = vi.fn(() => new Response('the route'));
	const response = await lookAhead({ event: requestEvent(options), resolve });
	return { response, hasRun: resolve.mock.calls.length > 0 };
}

describe('a route whose GET consumes something', () => {
	test('is not run for a prefetch, which gets a problem with Retry-After', async () => {
		const { response, hasRun } = await responseTo({ routeId: CALLBACK, headers: PREFETCH });
		expect([response.status, response.headers.get('retry-after'), hasRun]).toEqual([503, '1', false]);
		expect(await response.json()).toMatchObject({ error: 'prefetch_refused', requestId: 'r1' });
	});

	test('is not run for HEAD, which gets an empty response', async () => {
		const { response, hasRun } = await responseTo({ routeId: CALLBACK, method: 'HEAD' });
		expect([response.status, response.body, hasRun]).toEqual([204, null, false]);
	});

	test('is run when a person opens it', async () => {
		expect((await responseTo({ routeId: CALLBACK })).hasRun).toBe(true);
	});
});

test('other routes are run for a prefetch', async () => {
	expect((await responseTo({ routeId: '/(public)/login', headers: PREFETCH })).hasRun).toBe(true);
});
