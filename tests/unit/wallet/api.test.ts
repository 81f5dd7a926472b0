import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { postForm, walletApi } from '$lib/wallet/api';
import { type ForeignResponse, foreignResponses } from './foreign-responses';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const open = new AbortController().signal;

/** The API over one scripted response, and what was requested. */
function api(respond: ForeignResponse) {
	const requests: [string, RequestInit][] = [];
	const fetch = vi.fn<typeof globalThis.fetch>(async (url, init = {}) => {
		requests.push([url instanceof Request ? url.url : String(url), init]);
		return respond(init);
	});
	return { requests, fetch, api: walletApi(fetch) };
}

const json = (body: unknown, status = 200, headers = {}) => api(() => Response.json(body, { status, headers })).api;
const problem = { error: 'not_found', message: 'There is nothing here, or no longer.', requestId: 'abc' };

describe('submitting the response of the Digital Credentials API', () => {
	test('posts it to its session, and is accepted with any status', async () => {
		const { api: portal, requests } = api(() => Response.json({ sessionId: '0123', status: 'VP_VALIDATION_FAILED' }));
		expect(await portal.submitDcApi('0123', 'a..b.c.d', open)).toBe('accepted');
		expect(requests).toMatchObject([
			[
				'/api/wallet/sessions/0123/dc-api',
				{ method: 'POST', body: '{"protocol":"openid4vp-v1-signed","data":{"response":"a..b.c.d"}}' }
			]
		]);
	});

	test.each([
		[409, 'refused'],
		[404, 'refused'],
		[413, 'refused'],
		[429, 'unreachable'],
		[503, 'unreachable']
	])('with a problem of status %i is %s', async (status, outcome) => {
		expect(await json(problem, status).submitDcApi('0123', 'a..b.c.d', open)).toBe(outcome);
	});
});

describe('reading the status', () => {
	test('returns only what the flow needs', async () => {
		const body = { sessionId: '0123', status: 'PENDING', idvRequired: false, expiresInMs: 42 };
		expect(await json(body).readStatus('0123', open)).toEqual({ kind: 'status', status: 'PENDING', expiresInMs: 42 });
	});

	test.each([
		[404, 'gone'],
		[410, 'gone'],
		[401, 'gone'],
		[400, 'refused'],
		[403, 'refused'],
		[409, 'refused']
	])('a problem of the portal with status %i is final: %s', async (status, kind) => {
		expect(await json(problem, status).readStatus('0123', open)).toEqual({ kind });
	});

	test.each([408, 429, 500, 502, 503, 504])('a problem of the portal with status %i is not final', async (status) => {
		expect(await json(problem, status).readStatus('0123', open)).toEqual({ kind: 'unreachable', retryAfterMs: 0 });
	});

	test.each([
		['7', 7000],
		['3600', 60_000],
		['Wed, 21 Oct 2026 07:28:00 GMT', 0],
		['-5', 0]
	])('with Retry-After: %s waits %i ms', async (retryAfter, retryAfterMs) => {
		const portal = json(problem, 503, { 'retry-after': retryAfter });
		expect(await portal.readStatus('0123', open)).toEqual({ kind: 'unreachable', retryAfterMs });
	});

	test('sends no request for any caller until Retry-After has passed', async () => {
		const { api: portal, fetch } = api(() => Response.json(problem, { status: 429, headers: { 'retry-after': '10' } }));
		await portal.readStatus('0123', open);
		vi.advanceTimersByTime(4000);
		expect(await portal.readStatus('4567', open)).toEqual({ kind: 'unreachable', retryAfterMs: 6000 });
		expect(fetch).toHaveBeenCalledTimes(1);
		vi.advanceTimersByTime(6000);
		await portal.readStatus('0123', open);
		expect(fetch).toHaveBeenCalledTimes(2);
	});

	test.each([
		[{}],
		[null],
		[[]],
		['text'],
		[{ status: 7 }],
		[{ status: 'ok' }],
		[{ sessionId: '9', status: 'FAILED' }]
	])('JSON that is not about this session counts as unreachable: %j', async (body) => {
		expect(await json(body).readStatus('0123', open)).toEqual({ kind: 'unreachable' });
	});
});

describe('completing', () => {
	test('posts an empty JSON object to the address of the session', async () => {
		const continueUrl = '/login/start?provider=sts-wallet';
		const { requests, api: portal } = api(() => Response.json({ sessionId: '0123', status: 'COMPLETED', continueUrl }));
		expect(await portal.complete('0123', open)).toEqual({ kind: 'accepted', continueUrl });
		expect(requests.map(([url, { method, body }]) => [url, method, body])).toEqual([
			['/api/wallet/sessions/0123/complete', 'POST', '{}']
		]);
	});

	test('JSON that is not about this session counts as unreachable', async () => {
		const portal = json({ sessionId: '9', status: 'COMPLETED', continueUrl: '/login/start' });
		expect(await portal.complete('0123', open)).toEqual({ kind: 'unreachable' });
	});

	test('202 means that identity verification is required', async () => {
		const portal = json({ sessionId: '0123', status: 'IDV_REQUIRED', reason: null }, 202);
		expect(await portal.complete('0123', open)).toEqual({ kind: 'identity_needed' });
	});

	test.each([
		[409, { kind: 'not_yet' }],
		[404, { kind: 'gone' }],
		[400, { kind: 'refused' }],
		[503, { kind: 'unreachable', retryAfterMs: 0 }]
	])('a problem with status %i means %j', async (status, response) => {
		expect(await json(problem, status).complete('0123', open)).toEqual(response);
	});

	test.each(['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', ''])(
		'never continues at an address outside the portal: %s',
		async (continueUrl) => {
			const portal = json({ sessionId: '0123', status: 'COMPLETED', continueUrl });
			expect(await portal.complete('0123', open)).toEqual({ kind: 'unreachable' });
		}
	);
});

describe('reading the view of a page', () => {
	test.each([
		[{ view: { screen: 'start' } }, { view: { screen: 'start' } }],
		[{ goTo: '/login/identity' }, { goTo: '/login/identity' }],
		[{ goTo: 'https://evil.example/' }, null],
		[{ view: null }, null],
		[{}, null]
	])('%j', async (body, step) => {
		expect(await json(body).readWalletStep(open)).toEqual(step);
	});
});

describe('sending a form', () => {
	const post = (respond: ForeignResponse) => {
		vi.stubGlobal('fetch', api(respond).fetch);
		return postForm('/login/wallet?/start', {}, '/login/wallet', open);
	};

	test.each([
		[{ type: 'redirect', status: 303, location: '/login/wallet' }, 'done'],
		[{ type: 'redirect', status: 303, location: '/login?error=rate_limited' }, 'refused'],
		[{ type: 'failure', status: 409, data: '[]' }, 'refused'],
		[{ type: 'failure', status: 503, data: '[]' }, 'unreachable'],
		[{ hello: 'world' }, 'unreachable']
	])('%j means %s', async (result, outcome) => {
		expect(await post(() => Response.json(result))).toBe(outcome);
	});

	test.each([
		[400, 'refused'],
		[429, 'unreachable'],
		[500, 'unreachable']
	])('an error of the action with status %i means %s', async (status, outcome) => {
		const result = { type: 'error', error: { message: 'x', requestId: 'abc' } };
		expect(await post(() => Response.json(result, { status }))).toBe(outcome);
	});
});

describe.each(foreignResponses)('%s is not accepted as a response of the portal', (_, respond) => {
	test('to a status request', async () => {
		expect(await api(respond).api.readStatus('0123', open)).toMatchObject({ kind: 'unreachable' });
	});

	test('to completing', async () => {
		expect(await api(respond).api.complete('0123', open)).toMatchObject({ kind: 'unreachable' });
	});

	test('to a request for the view', async () => {
		expect(await api(respond).api.readWalletStep(open)).toBeNull();
		expect(await api(respond).api.readIdentityStep(open)).toBeNull();
	});

	test('to a form', async () => {
		vi.stubGlobal('fetch', api(respond).fetch);
		expect(await postForm('/login/wallet?/start', {}, '/login/wallet', open)).toBe('unreachable');
	});
});
