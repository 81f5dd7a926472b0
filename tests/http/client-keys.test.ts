import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { keyEnvironment, newClientKey } from '../harness/client-key.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { tokensOver } from './support/held-session.ts';
import { createWalletSession, signInAtInstitution } from './support/journeys.ts';

const KeySet = v.pipe(v.string(), v.parseJson(), v.strictObject({ keys: v.array(v.record(v.string(), v.string())) }));
let landscape: Landscape;

beforeAll(async () => {
	const keys = [await newClientKey('ES256', 'newer'), await newClientKey('PS256', 'older')];
	landscape = await startLandscape({
		runtime,
		env: { ...keyEnvironment(...keys), AUTH_BRIDGE_CLIENT_ID: 'portal-service' },
		sandboxOptions: { clientKeys: true }
	});
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

/** The body of the latest request for an operation of the STS. */
const sent = (operation: string) =>
	new URLSearchParams(landscape.sandbox.lastRequests('sts', operation).at(-1)?.body ?? '');

test('every call to the STS has an assertion signed with the first key, with the issuer as its only audience', async () => {
	const browser = new Browser(landscape.url);
	await createWalletSession(browser);
	expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
	await tokensOver(browser, landscape);
	expect((await browser.call('/api/me')).status).toBe(200);
	await browser.submit(await browser.open('/account'), {}, '/api/auth/signout');

	const operations = ['par', 'token:code', 'token:refresh', 'revocation', 'token:client-credentials'];
	const assertions = operations.map((operation) => sent(operation).get('client_assertion') ?? '');
	const { stsUrl } = landscape.sandbox;
	for (const [index, assertion] of assertions.entries()) {
		const client = operations[index] === 'token:client-credentials' ? 'portal-service' : 'portal-frontend';
		expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'ES256', kid: 'newer' });
		expect(decodeJwt(assertion)).toMatchObject({ aud: stsUrl, iss: client, sub: client });
	}
	expect(new Set(assertions.map((assertion) => decodeJwt(assertion).jti)).size).toBe(operations.length);
	expect(operations.map((operation) => sent(operation).has('client_secret'))).toEqual(operations.map(() => false));
});

test('only the public parts of the keys are published for the STS', async () => {
	const published = await fetch(`${landscape.url}/.well-known/jwks.json`);
	expect([published.status, published.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
	const { keys } = v.parse(KeySet, await published.text());
	expect(keys.map((key) => Object.keys(key).sort())).toEqual([
		['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
		['alg', 'e', 'kid', 'kty', 'n', 'use']
	]);
	expect(keys.map(({ kid }) => kid)).toEqual(['newer', 'older']);
});

test('a response with the keys to a browser is not cacheable', async () => {
	const browser = new Browser(landscape.url);
	await browser.open('/login');
	const { status, headers } = await browser.call('/.well-known/jwks.json');
	expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
});
