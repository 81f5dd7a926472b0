import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { identity } from '../../src/lib/i18n/en/identity.ts';
import { account } from '../../src/lib/i18n/en/account.ts';
import { wallet } from '../../src/lib/i18n/en/wallet.ts';
import { Browser, headingOf } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import type { ScenarioName, ScenarioOptions } from '../sandbox/scenarios.ts';
import { createWalletSession, sessionPath, sharedWalletSession, signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;
let id: string;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { AUTH_BRIDGE_TIMEOUT_MS: '1000' } });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	id = await createWalletSession(browser);
});

const operations: readonly (readonly [string, (id: string) => string, unknown])[] = [
	['POST', () => '/api/wallet/sessions', {}],
	['GET', (of) => sessionPath(of, 'status'), undefined],
	['POST', (of) => sessionPath(of, 'complete'), {}],
	['POST', (of) => sessionPath(of, 'idv/initiate'), {}],
	['GET', (of) => sessionPath(of, 'idv/status'), undefined],
	['POST', (of) => sessionPath(of, 'idv/submit'), { confirm: true }]
];

const faults: readonly (readonly [string, ScenarioName, ScenarioOptions, number, string])[] = [
	['closes the connection', 'bridge-down', {}, 502, 'upstream_invalid'],
	['is too slow', 'bridge-slow', { ms: 1500 }, 504, 'upstream_timeout'],
	['is cut off', 'bridge-cut', {}, 502, 'upstream_invalid'],
	['completes the operation but does not respond', 'bridge-lost', {}, 502, 'upstream_invalid'],
	['responds with HTML', 'bridge-html', {}, 502, 'upstream_invalid'],
	['is behind a gateway that responds with HTML', 'bridge-html', { status: 503 }, 503, 'upstream_unavailable'],
	['responds with JSON that does not match the schema', 'bridge-wrong-json', {}, 502, 'upstream_invalid'],
	['responds with truncated JSON', 'bridge-broken-json', {}, 502, 'upstream_invalid'],
	['responds with 500', 'bridge-500', {}, 502, 'upstream_invalid'],
	['rejects the portal’s credential', 'bridge-401', {}, 502, 'upstream_invalid'],
	['redirects', 'bridge-redirect', {}, 502, 'upstream_invalid']
];

describe.each(faults)('when the Bridge %s', (_, scenario, options, status, error) => {
	test('every API route responds with a problem of the portal', async () => {
		landscape.sandbox.scenario(scenario, options);
		const responses = await Promise.all(
			operations.map(([method, path, json]) => browser.call(path(id), { method, json }))
		);
		expect(responses.map((response) => `${response.status} ${response.headers.get('content-type') ?? ''}`)).toEqual(
			operations.map(() => `${status} application/json`)
		);
		const bodies = responses.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
		expect(bodies.map((body) => body.error)).toEqual(operations.map(() => error));
		expect(bodies.map((body) => Object.keys(body).sort().join())).toEqual(
			operations.map(() => 'error,message,requestId')
		);
		expect(landscape.sandbox.count('trap.visit')).toBe(0);
	});

	test('the callback from the institution shows a page that says what to do', async () => {
		landscape.sandbox.scenario(scenario, options);
		const page = await browser.open(sessionPath(id, 'idv/callback?code=a&state=b'), { from: 'http://127.0.0.1' });
		expect(headingOf(page)).toBe(identity.ended.unavailable.title);
		expect(page.url.search).toMatch(/^\?outcome=unavailable&helpCode=[\da-f]{12}$/);
	});

	test('the wallet, identity and account pages report that the Bridge is unavailable', async () => {
		const member = new Browser(landscape.url);
		await signInAtInstitution(member);
		landscape.sandbox.scenario(scenario, options);
		const [code, verification, own, start] = await Promise.all([
			browser.open('/login/wallet'),
			browser.open('/login/identity'),
			member.open('/account'),
			new Browser(landscape.url).open('/login').then((login) => browser.submit(login, {}, '/login/wallet?/start'))
		]);
		expect(headingOf(code)).toBe(wallet.ended.unavailable.title);
		expect(headingOf(verification)).toBe(identity.ended.unavailable.title);
		expect(own).toMatchObject({ status: 200, text: expect.stringContaining(account.wallets.unknown) as string });
		expect(start.status).toBe(status);
		expect(headingOf(start)).toBe(wallet.ended.unavailable.title);
	});
});

describe('when the Bridge can not be reached at all', () => {
	let portal: Portal;

	beforeAll(async () => {
		const port = await freePort();
		portal = await startPortal({ runtime, env: { ...landscape.env, ...here(port) }, port });
	});
	afterAll(() => portal.stop());

	const here = (port: number) => ({
		AUTH_URL: `http://localhost:${port}`,
		AUTH_BRIDGE_URL: 'http://127.0.0.1:9'
	});

	test('creating a wallet session gets a 503 response with Retry-After', async () => {
		const stranger = new Browser(portal.url);
		await stranger.open('/login');
		const response = await stranger.call('/api/wallet/sessions', { method: 'POST', json: {} });
		expect(response.status).toBe(503);
		expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(JSON.parse(response.text)).toMatchObject({ error: 'upstream_unavailable' });
	});

	test('signing in at the institution still works from the login page', async () => {
		const login = await new Browser(portal.url).open('/login');
		expect(login.status).toBe(200);
		expect(login.text).toContain('institution=uni-noord');
	});
});

describe.each(['bridge-500-for-everything', 'bridge-old-shape'] as const)('with %s', (scenario) => {
	test('completing a wallet session too early gets a 409 response, and any request after it expired a 404', async () => {
		landscape.sandbox.scenario(scenario);
		const early = await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
		expect([early.status, JSON.parse(early.text)]).toMatchObject([409, { error: 'session_not_verified' }]);
		landscape.sandbox.expire(id);
		const routes = operations.slice(1);
		const responses = await Promise.all(routes.map(([method, path, json]) => browser.call(path(id), { method, json })));
		expect(responses.map(({ status }) => status)).toEqual(routes.map(() => 404));
		expect(headingOf(await browser.open('/login/wallet'))).toBe(wallet.ended.expired.title);
		expect(headingOf(await browser.open('/login/identity'))).toBe(identity.ended.expired.title);
	});

	test('the need for identity verification is still found', async () => {
		landscape.sandbox.scenario(scenario);
		const own = await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
		const response = await browser.call(sessionPath(own, 'complete'), { method: 'POST' });
		expect([response.status, JSON.parse(response.text)]).toMatchObject([
			202,
			{ sessionId: own, status: 'IDV_REQUIRED' }
		]);
		expect(headingOf(await browser.open('/login/identity'))).toBe(identity.explain.title);
	});
});

test('a wallet session without an address for the wallet causes a 502 response, not an empty QR code', async () => {
	landscape.sandbox.scenario('empty-request-uri');
	const response = await browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
	expect([response.status, JSON.parse(response.text)]).toMatchObject([502, { error: 'upstream_invalid' }]);
});

test('an unknown status is treated as PENDING', async () => {
	landscape.sandbox.scenario('unknown-status', { status: 'SOMETHING_NEW' });
	const response = await browser.call(sessionPath(id, 'status'));
	expect([response.status, JSON.parse(response.text)]).toMatchObject([200, { status: 'PENDING', idvRequired: false }]);
});

test('an error is not cached: the next read succeeds', async () => {
	landscape.sandbox.scenario('bridge-500', { operation: 'status', times: 1 });
	expect((await browser.call(sessionPath(id, 'status'))).status).toBe(502);
	expect((await browser.call(sessionPath(id, 'status'))).status).toBe(200);
});

test('an interrupted read is retried once automatically', async () => {
	landscape.sandbox.scenario('bridge-cut', { operation: 'status', times: 1 });
	expect((await browser.call(sessionPath(id, 'status'))).status).toBe(200);
	expect(landscape.sandbox.count('bridge.status')).toBe(2);
});

test('a request that changes state is never retried', async () => {
	landscape.sandbox.scenario('bridge-lost');
	await browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
	await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	await browser.call(sessionPath(id, 'idv/submit'), { method: 'POST', json: { confirm: true } });
	const { operations: counted } = landscape.sandbox.counts();
	expect(counted).toMatchObject({ 'bridge.create': 2, 'bridge.complete': 1, 'bridge.idv-submit': 1 });
});
