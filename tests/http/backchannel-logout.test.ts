import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { exchange } from '../harness/exchange.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession, holdsSession } from './support/held-session.ts';
import { signInAtInstitution } from './support/journeys.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const nowSeconds = () => Math.floor(Date.now() / 1000);

let landscape: Landscape;
let browser: Browser;
let named: { sid: string; sub: string };

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const { sid = '', sub } = await heldSession(browser, landscape);
	named = { sid, sub };
	expect(sid).not.toBe('');
});

/** The claims of a valid logout token, with these changes; `undefined` removes a claim. */
function claims(changes: Readonly<Record<string, unknown>> = {}) {
	return {
		iss: landscape.sandbox.stsUrl,
		aud: 'portal-frontend',
		iat: nowSeconds(),
		exp: nowSeconds() + 120,
		jti: randomUUID(),
		events: { [EVENT]: {} },
		...changes
	};
}

async function send(token: string) {
	const { status, text, headers } = await exchange(new URL('/api/auth/backchannel-logout', landscape.url), {
		method: 'POST',
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: new URLSearchParams({ logout_token: token }).toString()
	});
	expect(headers.get('cache-control')).toBe('no-store');
	return { status, error: (JSON.parse(text) as { error?: string }).error };
}

const logout = async (changes: Readonly<Record<string, unknown>>, header?: Record<string, unknown>) =>
	send(await landscape.sandbox.sign(claims(changes), header));
const isSignedIn = async (who = browser) => (await who.call('/api/me')).status === 200;
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a valid logout token', () => {
	test('that names a session ends it at once, copied cookies included', async () => {
		const copy = copyOf(browser, landscape.url);
		expect(await isSignedIn()).toBe(true);
		expect(await logout({ sid: named.sid })).toEqual({ status: 200 });
		expect([await isSignedIn(), await isSignedIn(copy)]).toEqual([false, false]);
		expect(holdsSession(browser)).toBe(false);
	});

	test('that names a person ends all sessions of that person', async () => {
		const both = [new Browser(landscape.url), new Browser(landscape.url)];
		// No other test signs this person in within the same second, which the logout would cover.
		await Promise.all(both.map((one) => signInAtInstitution(one, 'unknown-employee')));
		const { sub } = await heldSession(both[0] ?? browser, landscape);
		expect(await logout({ sub })).toEqual({ status: 200 });
		expect(await Promise.all(both.map((one) => isSignedIn(one)))).toEqual([false, false]);
		expect(await isSignedIn()).toBe(true);
	});

	test('that names a session and its person leaves the person’s other sessions alone', async () => {
		const other = new Browser(landscape.url);
		await signInAtInstitution(other);
		expect((await heldSession(other, landscape)).sub).toBe(named.sub);
		expect(await logout(named)).toEqual({ status: 200 });
		expect([await isSignedIn(), await isSignedIn(other)]).toEqual([false, true]);
	});

	test('that names a session and its person ends a session whose ID token had no session id', async () => {
		const unnamed = new Browser(landscape.url);
		landscape.sandbox.scenario('id-token', { claims: { sid: null } });
		await signInAtInstitution(unnamed, 'unknown-student');
		const { sid, sub } = await heldSession(unnamed, landscape);
		expect(sid).toBeUndefined();
		expect(await logout({ sid: 'any', sub })).toEqual({ status: 200 });
		expect([await isSignedIn(unnamed), await isSignedIn()]).toEqual([false, true]);
	});

	test('that the STS itself issued is accepted', async () => {
		await landscape.sandbox.backchannelLogout('known-student', 'sts', named.sid);
		expect(await isSignedIn()).toBe(false);
	});

	test('that names an unknown session is accepted, and ends no session', async () => {
		expect(await logout({ sid: 'somebody-else' })).toEqual({ status: 200 });
		expect(await isSignedIn()).toBe(true);
	});

	test('is accepted only once', async () => {
		const jti = randomUUID();
		expect(await logout({ sid: 'somebody-else', jti })).toEqual({ status: 200 });
		expect(await logout({ sid: named.sid, jti })).toEqual({ status: 400, error: 'invalid_request' });
		expect(await isSignedIn()).toBe(true);
	});
});

describe('returns 400 and ends no session for a logout token', () => {
	const refused = { status: 400, error: 'invalid_request' };

	test.each<[string, (given: typeof named) => Record<string, unknown>]>([
		['of another issuer', () => ({ iss: 'https://elsewhere.example' })],
		['for another client', () => ({ aud: 'another-client' })],
		['with a nonce', () => ({ nonce: 'a-nonce' })],
		['without events', () => ({ events: undefined })],
		['with other events', () => ({ events: { 'http://schemas.openid.net/event/other': {} } })],
		['whose event is not an object', () => ({ events: { [EVENT]: 'yes' } })],
		['without jti', () => ({ jti: undefined })],
		['without iat', () => ({ iat: undefined })],
		['that was issued an hour ago', () => ({ iat: nowSeconds() - 3600 })],
		['that was issued in the future', () => ({ iat: nowSeconds() + 86_400, exp: nowSeconds() + 90_000 })],
		['that has expired', () => ({ exp: nowSeconds() - 60 })],
		['without sid and sub', () => ({ sid: undefined })]
	])('%s', async (_, changes) => {
		expect(await logout({ sid: named.sid, ...changes(named) })).toEqual(refused);
		expect(await isSignedIn()).toBe(true);
	});

	test('that was tampered with', async () => {
		const [head = '', , signature = ''] = (await landscape.sandbox.sign(claims({ sid: 'other' }))).split('.');
		expect(await send([head, base64url(claims({ sid: named.sid })), signature].join('.'))).toEqual(refused);
		expect(await isSignedIn()).toBe(true);
	});

	test('that is unsigned', async () => {
		const token = [base64url({ alg: 'none' }), base64url(claims({ sid: named.sid })), ''].join('.');
		expect(await send(token)).toEqual(refused);
		expect(await isSignedIn()).toBe(true);
	});

	test.each(['portal-frontend-secret', 'the public key'])(
		'that is signed with %s as a shared secret',
		async (secret) => {
			const jwks = await exchange(new URL('/jwks', landscape.sandbox.stsUrl), { method: 'GET', headers: {} });
			const text = [base64url({ alg: 'HS256' }), base64url(claims({ sid: named.sid }))].join('.');
			const key = secret === 'the public key' ? jwks.text : secret;
			const signature = createHmac('sha256', key).update(text).digest('base64url');
			expect(await send(`${text}.${signature}`)).toEqual(refused);
			expect(await isSignedIn()).toBe(true);
		}
	);

	test('that names a key the STS does not have', async () => {
		expect(await logout({ sid: named.sid }, { kid: 'another-key' })).toEqual(refused);
		expect(await isSignedIn()).toBe(true);
	});

	test.each(['', 'not a token', 'a.b.c'])('that is "%s"', async (token) => {
		expect(await send(token)).toEqual(refused);
	});
});

test('a signed-in browser cannot use the endpoint without a logout token', async () => {
	const response = await browser.call('/api/auth/backchannel-logout', { method: 'POST', body: '' });
	expect([400, 415]).toContain(response.status);
	expect(await isSignedIn()).toBe(true);
});
