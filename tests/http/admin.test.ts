import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { AUDIENCE, serviceToken, tokenClaims } from './support/third-party.ts';

const PATH = '/api/admin/sessions/revoke';
const SCOPE = 'sessions:revoke';
let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { API_AUDIENCE: AUDIENCE, ADMIN_CLIENT_IDS: 'operator' } });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

const token = (changes = {}) =>
	landscape.sandbox.sign(tokenClaims(landscape, { azp: 'operator', sub: 'operator', scope: SCOPE, ...changes }));

async function revoke(json: unknown, changes = {}, url = landscape.url) {
	const { status, text } = await new ApiClient(url, await token(changes)).call(PATH, { method: 'POST', json });
	return { status, body: JSON.parse(text) as Record<string, unknown> };
}

async function signedIn(person?: 'unknown-employee') {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser, person);
	return browser;
}
const me = async (browser: Browser) => (await browser.call('/api/me')).status;
async function idOf(browser: Browser): Promise<string> {
	const { text } = await browser.call('/api/me');
	return (JSON.parse(text) as { user: { id: string } }).user.id;
}

test('an operator ends all sessions of one person, who can sign in again at once', async () => {
	const [browser, elsewhere, other] = [await signedIn(), await signedIn(), await signedIn('unknown-employee')];
	const response = await revoke({ userId: await idOf(browser) });
	expect(response).toEqual({ status: 200, body: { revoked: 'user', reach: 'this_instance', pending: false } });
	expect([await me(browser), await me(elsewhere), await me(other)]).toEqual([401, 401, 200]);
	expect(await me(await signedIn())).toBe(200);
});

test('an operator ends the sessions of all people, who can sign in again at once', async () => {
	const [browser, other] = [await signedIn(), await signedIn('unknown-employee')];
	expect(await revoke({ all: true })).toMatchObject({ status: 200, body: { revoked: 'all' } });
	expect([await me(browser), await me(other)]).toEqual([401, 401]);
	expect(await me(await signedIn())).toBe(200);
});

test.each([
	{},
	{ all: false },
	{ userId: '' },
	{ userId: 'x', all: true },
	{ userId: 'x'.repeat(1025) },
	{ all: true, x: 1 }
])('%j is refused and ends no session', async (json) => {
	const browser = await signedIn();
	const { status, body } = await revoke(json);
	expect([status, body.error, body.message]).toEqual([
		400,
		'invalid_request',
		'Send either {"userId": "…"} or {"all": true}, and nothing else.'
	]);
	expect(await me(browser)).toBe(200);
});

describe('does not end sessions for', () => {
	test.each<[string, object, string]>([
		['a client that is not listed', { azp: 'another-party', sub: 'another-party' }, 'forbidden'],
		['the token of a person', { sub: 'subject-1' }, 'forbidden'],
		['a token of a session', { sid: 'sts-session' }, 'forbidden'],
		['a token without the scope', { scope: 'profile:read' }, 'insufficient_scope']
	])('%s', async (_who, changes, error) => {
		expect(await revoke({ all: true }, changes)).toMatchObject({ status: 403, body: { error } });
	});

	test('a token that lacks the scope or is invalid, and records both refusals in the audit log', async () => {
		await revoke({ all: true }, { scope: 'profile:read' });
		await revoke({ all: true }, { exp: 1 });
		const reasons = () =>
			[...landscape.portal.logs().matchAll(/"reason":"(\w+)"[^\n]*"event":"admin\.refused"/g)].map(
				([, reason]) => reason
			);
		await expect.poll(reasons).toEqual(expect.arrayContaining(['insufficient_scope', 'unauthorized']));
	});

	test('the client credentials of another API client', async () => {
		const client = new ApiClient(landscape.url, await serviceToken(landscape));
		expect((await client.call(PATH, { method: 'POST', json: { all: true } })).status).toBe(403);
	});

	test('a browser that is signed in', async () => {
		const browser = await signedIn();
		expect((await browser.call(PATH, { method: 'POST', json: { all: true } })).status).toBe(401);
		expect(await me(browser)).toBe(200);
	});
});

describe('without ADMIN_CLIENT_IDS', () => {
	let portal: Portal;
	beforeAll(async () => {
		const { ADMIN_CLIENT_IDS: _, ...env } = landscape.env;
		portal = await startPortal({ runtime, env });
	});
	afterAll(() => portal.stop());

	test('the route does not exist, with or without a token', async () => {
		expect((await revoke({ all: true }, {}, portal.url)).status).toBe(404);
		const browser = new Browser(portal.url);
		expect((await browser.call(PATH)).status).toBe(404);
		expect((await browser.call('/api/openapi.json')).text).not.toContain(PATH);
	});
});
