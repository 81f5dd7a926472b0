import { describe, expect, test } from 'vitest';
import { walletApi } from '$lib/wallet/api';

const open = new AbortController().signal;

/** The API over one scripted answer, and what was asked of it. */
function api(answer: () => Response) {
	const asked: [string, RequestInit][] = [];
	const fetch: typeof globalThis.fetch = (url, init = {}) => {
		asked.push([url instanceof Request ? url.url : String(url), init]);
		return Promise.resolve(answer());
	};
	return { asked, api: walletApi(fetch) };
}

const json = (body: unknown, status = 200) => api(() => Response.json(body, { status })).api;

describe('reading the status', () => {
	test('takes what the flow needs and nothing else', async () => {
		const answer = { sessionId: '0123', status: 'PENDING', idvRequired: false, expiresInMs: 42 };
		expect(await json(answer).readStatus('0123', open)).toEqual({ kind: 'status', status: 'PENDING', expiresInMs: 42 });
	});

	test.each([
		[404, 'gone'],
		[410, 'gone'],
		[401, 'gone'],
		[429, 'trouble'],
		[500, 'trouble'],
		[502, 'trouble'],
		[503, 'trouble'],
		[504, 'trouble'],
		[400, 'refused'],
		[403, 'refused']
	])('%i means %s', async (status, kind) => {
		expect(await json({ error: 'x', message: 'y', requestId: 'z' }, status).readStatus('0123', open)).toEqual({ kind });
	});

	test.each([[{}], [null], [[]], ['text'], [{ status: 7 }]])(
		'an answer of the wrong shape is trouble: %j',
		async (body) => {
			expect(await json(body).readStatus('0123', open)).toEqual({ kind: 'trouble' });
		}
	);

	test('a page of somebody else’s network is trouble', async () => {
		const captive = api(() => new Response('<h1>Pay for wifi</h1>', { headers: { 'content-type': 'text/html' } })).api;
		expect(await captive.readStatus('0123', open)).toEqual({ kind: 'trouble' });
	});

	test('no network is trouble', async () => {
		const offline = walletApi(() => Promise.reject(new TypeError('failed')));
		expect(await offline.readStatus('0123', open)).toEqual({ kind: 'trouble' });
	});
});

describe('completing', () => {
	test('posts an empty JSON object to the session’s own address', async () => {
		const { asked, api: portal } = api(() => Response.json({ continueUrl: '/login/start?provider=sts-wallet' }));
		expect(await portal.complete('0123', open)).toEqual({
			kind: 'accepted',
			continueUrl: '/login/start?provider=sts-wallet'
		});
		expect(asked.map(([url, { method, body }]) => [url, method, body])).toEqual([
			['/api/wallet/sessions/0123/complete', 'POST', '{}']
		]);
	});

	test.each([
		[202, 'identity_needed'],
		[409, 'not_yet'],
		[404, 'gone'],
		[503, 'trouble'],
		[400, 'refused']
	])('%i means %s', async (status, kind) => {
		expect(await json({ status: 'IDV_REQUIRED' }, status).complete('0123', open)).toEqual({ kind });
	});

	test.each(['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', ''])(
		'never leads to another place: %s',
		async (continueUrl) => {
			expect(await json({ continueUrl }).complete('0123', open)).toEqual({ kind: 'refused' });
		}
	);
});
