import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GreetingBackend, startGreetingBackend } from '../backend/greeting.ts';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession } from './support/held-session.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';
import { AUDIENCE, serviceToken, sessionOf } from './support/third-party.ts';

const TOKEN_CALL = 'token:client-credentials';
const GREETING = 'https://greeting.example';

let landscape: Landscape;
let odd: OddBackend;
let portal: Portal;
let greeting: GreetingBackend;

beforeAll(async () => {
	odd = await startOddBackend();
	const greetingPort = await freePort();
	const menu = { url: odd.url, token: 'service', tokenResource: 'https://menu.example', tokenScope: 'profile:read' };
	landscape = await startLandscape({
		runtime,
		env: {
			API_AUDIENCE: AUDIENCE,
			AUTH_BRIDGE_CLIENT_ID: 'portal-service',
			AUTH_BRIDGE_CLIENT_SECRET: 'portal-service-secret',
			BACKENDS: JSON.stringify({
				menu: { ...menu, callerScope: 'profile:read' },
				greeting: { url: `http://127.0.0.1:${greetingPort}`, token: 'service', tokenResource: GREETING },
				farewell: {
					url: `http://127.0.0.1:${greetingPort}`,
					token: 'service',
					tokenResource: 'https://farewell.example'
				}
			})
		}
	});
	const { stsUrl } = landscape.sandbox;
	greeting = await startGreetingBackend(
		{ issuer: stsUrl, jwksUrl: `${stsUrl}/jwks`, audience: GREETING },
		greetingPort
	);
});
afterAll(async () => {
	greeting.stop();
	await landscape.stop();
	await odd.stop();
});
/** Each test starts its own portal, which has no token yet. */
beforeEach(async ({ onTestFinished }) => {
	landscape.sandbox.reset();
	odd.arrived.length = 0;
	odd.refused.clear();
	const { AUTH_URL: _, ...env } = landscape.env;
	portal = await startPortal({ runtime, env });
	onTestFinished(() => portal.stop().then(() => undefined));
});

const tokenCalls = () => landscape.sandbox.count(`sts.${TOKEN_CALL}`);
const shown = () => landscape.sandbox.lastRequests('bridge').map(({ headers }) => headers.authorization);

test('the Bridge receives the portal’s own token before sign-in, and the person’s access token afterwards', async () => {
	const browser = new Browser(landscape.url);
	const id = await createWalletSession(browser);
	await browser.call(sessionPath(id, 'status'));
	const [first = '', second] = shown();
	expect([first, second]).toEqual([expect.stringMatching(/^Bearer [\w-]{20,}$/), first]);
	await signInAtInstitution(browser);
	await browser.call(sessionPath(id, 'status'));
	expect(shown().at(-1)).toBe(`Bearer ${(await heldSession(browser, landscape)).accessToken}`);
});

test('an API client’s wallet session also uses the portal’s own token, never that client’s', async () => {
	const token = await serviceToken(landscape);
	const before = tokenCalls();
	await sessionOf(new ApiClient(portal.url, token));
	expect([shown(), tokenCalls() - before]).toEqual([[expect.stringMatching(/^Bearer [\w-]{20,}$/)], 1]);
	expect(shown()).not.toContain(`Bearer ${token}`);
});

test('200 concurrent calls cause one token request', async () => {
	const person = new Browser(landscape.url);
	await signInAtInstitution(person);
	const browser = copyOf(person, portal.url);
	const before = tokenCalls();
	const responses = await Promise.all(Array.from({ length: 200 }, () => browser.call('/api/backends/menu/echo')));
	expect(responses.map(({ status }) => status)).toEqual(Array(200).fill(200));
	expect([new Set(odd.arrived.map(({ headers }) => headers.authorization)).size, tokenCalls() - before]).toEqual([
		1, 1
	]);
});

test('a token that the Bridge refuses is renewed once, and the call is retried', async () => {
	const browser = new Browser(portal.url);
	landscape.sandbox.scenario('bridge-401', { operation: 'create', times: 1 });
	await createWalletSession(browser);
	const [refused, good] = shown();
	expect([shown().length, refused === good, tokenCalls()]).toEqual([2, false, 2]);
});

test('a Bridge that refuses every token is called twice, with two token requests', async () => {
	const browser = new Browser(portal.url);
	await browser.open('/login');
	landscape.sandbox.scenario('bridge-401', { operation: 'create' });
	const create = () => browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
	expect([(await create()).status, shown().length, tokenCalls()]).toEqual([502, 2, 2]);
	expect([(await create()).status, shown().length, tokenCalls()]).toEqual([502, 3, 2]);
});

test.each([
	['down', 'sts-down', {}],
	['failing', 'sts-500', {}],
	['rejecting the client', 'sts-error', { error: 'invalid_client', status: 401 }]
] as const)('while the token endpoint is %s, the response is 503 with Retry-After', async (_, name, options) => {
	const browser = new Browser(portal.url);
	await browser.open('/login');
	landscape.sandbox.scenario(name, { operation: TOKEN_CALL, ...options });
	const response = await browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
	expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
	expect(JSON.parse(response.text)).toMatchObject({ error: 'upstream_unavailable' });
	expect(landscape.sandbox.lastRequests('bridge')).toEqual([]);
});

test('a backend receives a token for its own resource and scope, regardless of the caller', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	await browser.call('/api/backends/menu/echo');
	await new ApiClient(landscape.url, await serviceToken(landscape)).call('/api/backends/menu/echo');
	const [one = '', two] = odd.arrived.map(({ headers }) => headers.authorization);
	expect(two).toBe(one);
	expect(decodeJwt(one.slice('Bearer '.length))).toMatchObject({
		aud: 'https://menu.example',
		scope: 'profile:read',
		client_id: 'portal-service'
	});
});

test('a token that a backend refuses is replaced, and the call is retried', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	await browser.call('/api/backends/menu/echo');
	odd.refused.add(odd.arrived[0]?.headers.authorization ?? '');
	expect((await browser.call('/api/backends/menu/echo')).status).toBe(200);
	expect(odd.arrived).toHaveLength(3);
});

test('a backend that checks signature, issuer and audience accepts only the token that is meant for it', async () => {
	const person = new Browser(landscape.url);
	await signInAtInstitution(person);
	const greeted = await person.call('/api/backends/greeting/hello');
	expect([greeted.status, greeted.text]).toEqual([200, '{"greeting":"Hello, stranger!"}']);
	expect((await person.call('/api/backends/farewell/hello')).status).toBe(502);
});
