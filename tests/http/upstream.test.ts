import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { RecordedRequest } from '../sandbox/recorder.ts';
import { createWalletSession, sessionPath, sharedWalletSession, signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

/**
 * Requests every route of a wallet session with headers that a hostile client could send; returns the requests that
 * arrived.
 */
async function arrivals(): Promise<readonly RecordedRequest[]> {
	const id = await sharedWalletSession(browser, landscape.sandbox, 'unknown-employee');
	const headers = {
		'x-request-id': 'forged',
		'x-forwarded-for': '203.0.113.9',
		'x-forwarded-host': 'evil.example',
		forwarded: 'for=203.0.113.9',
		'x-real-ip': '203.0.113.9',
		via: '1.1 evil',
		traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
		baggage: 'evil=1',
		'proxy-authorization': 'Basic ZXZpbA==',
		'x-anything': 'evil',
		te: 'trailers'
	};
	const post = (rest: string, json: unknown = {}) =>
		browser.call(sessionPath(id, rest), { method: 'POST', json, headers });
	await browser.call(sessionPath(id, 'status'), { headers });
	await post('complete');
	await post('idv/initiate');
	await browser.call(sessionPath(id, 'idv/status'), { headers });
	await browser.call(sessionPath(id, 'idv/callback?code=a&state=b&wallet_session=c'), { headers });
	await post('idv/submit', { confirm: true });
	return landscape.sandbox.lastRequests('bridge');
}

/** The headers that a request of the portal may have. */
const ALLOWED = [
	'accept',
	'traceparent',
	'accept-encoding',
	'accept-language',
	'connection',
	'content-length',
	'content-type'
].concat(['host', 'sec-fetch-mode', 'user-agent', 'x-request-id', 'authorization']);

test('only the body of a browser’s request is forwarded to the Bridge', async () => {
	await browser.open('/login');
	const requests = await arrivals();
	expect(new Set(requests.map(({ operation }) => operation)).size).toBe(7);
	const names = new Set(requests.flatMap(({ headers }) => Object.keys(headers)));
	expect([...names].filter((name) => !ALLOWED.includes(name))).toEqual([]);
	expect(JSON.stringify(requests)).not.toMatch(/evil|forged|203\.0\.113|portal\./);
	expect(requests.map(({ headers }) => headers.host)).toEqual(
		requests.map(() => new URL(landscape.sandbox.bridgeUrl).host)
	);
});

test('the Bridge receives no credential before sign-in, and the person’s access token afterwards', async () => {
	const before = await arrivals();
	expect(before.map(({ headers }) => headers.authorization)).toEqual(before.map(() => undefined));
	landscape.sandbox.reset();
	await signInAtInstitution(browser, 'unknown-employee');
	const after = await arrivals();
	const [first = ''] = after.map(({ headers }) => headers.authorization);
	expect(first).toMatch(/^Bearer [\w-]{20,}$/);
	expect(after.map(({ headers }) => headers.authorization)).toEqual(after.map(() => first));
});

test('a response has the request id that was sent to the Bridge', async () => {
	const id = await createWalletSession(browser);
	const response = await browser.call(sessionPath(id, 'status'));
	expect(landscape.sandbox.lastHeaders('status')['x-request-id']).toBe(response.headers.get('x-request-id'));
});

test('creating a wallet session identifies a signed-in person to the Bridge, but not an anonymous one', async () => {
	await createWalletSession(browser);
	await signInAtInstitution(browser);
	await browser.call('/api/wallet/sessions', { method: 'POST', json: { forceReconciliation: true } });
	const bodies = landscape.sandbox.lastRequests('bridge', 'create').map(({ body }) => JSON.parse(body) as unknown);
	expect(bodies).toEqual([
		{},
		{ oauthSessionId: 'urn:collab:person:uni-noord.example:known-student', forceReconciliation: true }
	]);
});

test('the redirect URI after identity verification is always the portal’s own', async () => {
	const id = await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
	await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	const redirectUri = 'https://evil.example/';
	const refused = await browser.call(sessionPath(id, 'idv/initiate'), { method: 'POST', json: { redirectUri } });
	expect(refused.status).toBe(400);
	await browser.call(sessionPath(id, 'idv/initiate'), { method: 'POST' });
	const [request] = landscape.sandbox.lastRequests('bridge', 'idv-initiate');
	expect(JSON.parse(request?.body ?? '')).toEqual({
		redirectUri: `${landscape.url}/api/wallet/sessions/${id}/idv/callback`
	});
});

test('only known parameters of the return from the institution are passed on, each once', async () => {
	const id = await createWalletSession(browser);
	const query = 'code=a&code=b&state=c&session_id=d&error_description=e&sessionId=f&iss=https%3A%2F%2Fidp.test';
	await browser.call(sessionPath(id, `idv/callback?${query}`));
	const [request] = landscape.sandbox.lastRequests('bridge', 'idv-callback');
	expect(request?.path).toBe('/auth/oid4vp/idv/callback?code=a&state=c&iss=https%3A%2F%2Fidp.test&error_description=e');
});

test.each(['status', 'idv/status'])('repeated reads of %s share calls of the Bridge', async (path) => {
	await browser.open('/login');
	const id = await createWalletSession(browser);
	const calls = () => {
		const { operations } = landscape.sandbox.counts();
		return (operations['bridge.status'] ?? 0) + (operations['bridge.idv-status'] ?? 0);
	};
	const before = calls();
	const beganAt = performance.now();
	for (let count = 0; count < 100; count++) expect((await browser.call(sessionPath(id, path))).status).toBe(200);
	// As docs/security.md says: a read of `idv/status` is two calls before identity verification.
	const perSecond = path === 'status' ? 9 : 8;
	expect(calls()).toBeGreaterThan(before);
	expect(calls() - before).toBeLessThanOrEqual(perSecond * (Math.ceil((performance.now() - beganAt) / 1000) + 1));
});
