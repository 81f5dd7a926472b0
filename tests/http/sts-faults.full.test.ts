import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { login as words } from '../../src/lib/i18n/en/public.ts';
import { type SignInError, signInErrors } from '../../src/lib/server/auth/sign-in-errors.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import type { ScenarioName, ScenarioOptions } from '../sandbox/scenarios.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

const RAW = 'raw text of the STS';
const faults: readonly (readonly [ScenarioName, ScenarioOptions])[] = [
	['sts-down', {}],
	['sts-slow', { ms: 1500 }],
	['sts-cut', {}],
	['sts-html', {}],
	['sts-wrong-json', {}],
	['sts-broken-json', {}],
	['sts-500', {}],
	['sts-redirect', {}]
];

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { STS_TIMEOUT_MS: '1000' } });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	await browser.open('/login');
});

// First in this file: discovery is cached once it succeeds.
describe('while discovery fails', () => {
	test.each(faults)('with %s, the login page reports it and offers both methods', async (name, options) => {
		landscape.sandbox.scenario(name, { ...options, operation: 'discovery' });
		const page = await browser.open('/login/start?provider=sts&returnTo=%2Fhelp');
		expectLoginError(page, 'sts_unavailable', '/help');
		expect(page.text).toContain(words.errors.sts_unavailable.what);
		expect(page.text).toContain('action="/login/wallet?/start"');
		expect(landscape.sandbox.count('trap.visit')).toBe(0);
	});

	test('the Auth.js endpoint responds with 503 and JSON', async () => {
		landscape.sandbox.scenario('sts-down', { operation: 'discovery' });
		const response = await browser.call('/api/auth/signin/sts', { method: 'POST' });
		expect([response.status, JSON.parse(response.text)]).toMatchObject([503, { error: 'upstream_unavailable' }]);
	});

	test('signing in works as soon as discovery is restored', async () => {
		landscape.sandbox.scenario('sts-500', { operation: 'discovery' });
		await browser.open('/login/start?provider=sts');
		landscape.sandbox.reset();
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
	});
});

test.each(faults)(
	'while pushed authorization requests fail with %s, the login page reports it',
	async (name, options) => {
		landscape.sandbox.scenario(name, { ...options, operation: 'par' });
		expectLoginError(await browser.open('/login/start?provider=sts'), 'sts_unavailable');
		expect(landscape.sandbox.count('trap.visit')).toBe(0);
	}
);

/** The error in the log with the help code of a page; a line may arrive shortly after its response. */
function loggedError(page: Visit): unknown {
	const helpCode = page.url.searchParams.get('helpCode');
	return landscape.portal
		.logs()
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as { properties: { requestId?: string; error?: unknown } })
		.find(({ properties }) => properties.requestId === helpCode && properties.error !== undefined)?.properties.error;
}

test.each([
	['sts-down', {}, 'sts_unavailable', { code: 'cut_off' }],
	['sts-slow', { ms: 1500 }, 'sts_unavailable', { code: 'timeout' }],
	['sts-cut', {}, 'sts_unavailable', { code: 'cut_off' }],
	['sts-html', {}, 'sts_unavailable', { code: 'OAUTH_RESPONSE_IS_NOT_JSON' }],
	['sts-broken-json', {}, 'sts_unavailable', { code: 'OAUTH_PARSE_ERROR' }],
	['sts-500', {}, 'sts_unavailable', { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', status: 500 }],
	['sts-wrong-json', {}, 'sign_in_failed', { code: 'OAUTH_INVALID_RESPONSE' }],
	['sts-redirect', {}, 'sign_in_failed', { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', status: 303 }]
] as const)(
	'while the token endpoint fails with %s, sign-in fails, the page says why, and the cause is logged',
	async (name, options, error, logged) => {
		landscape.sandbox.scenario(name, { ...options, operation: 'token' });
		const page = await signInAtInstitution(browser);
		expectLoginError(page, error);
		await expect.poll(() => loggedError(page)).toMatchObject(logged);
		expect(loggedError(page)).not.toHaveProperty('stack');
		expect((await browser.call('/api/auth/session')).text).toBe('null');
		expect(landscape.sandbox.count('trap.visit')).toBe(0);
	}
);

test.each([
	['access_denied', 'access_denied'],
	['login_required', 'interaction_required'],
	['consent_required', 'interaction_required'],
	['interaction_required', 'interaction_required'],
	['temporarily_unavailable', 'sts_unavailable'],
	['server_error', 'sts_unavailable'],
	['invalid_scope', 'portal_misconfigured'],
	['invalid_target', 'portal_misconfigured'],
	['invalid_request', 'portal_misconfigured'],
	['something_new', 'sign_in_failed']
] as const)('the STS error %s is mapped to the portal’s %s', async (error, expected) => {
	landscape.sandbox.scenario('login-error', { error });
	const page = await signInAtInstitution(browser);
	expectLoginError(page, expected);
	expect(page.text).toContain(words.errors[expected].what);
	expect(page.text).not.toContain('the sign-in did not succeed');
});

describe('with a client secret that the STS refuses', () => {
	let portal: Portal;

	beforeAll(async () => {
		const port = await freePort();
		const env = {
			...landscape.env,
			AUTH_URL: `http://localhost:${port}`,
			STS_CLIENT_SECRET: 'not-the-secret-of-the-portal'
		};
		portal = await startPortal({ runtime, env, port });
	});
	afterAll(() => portal.stop());

	test('the page says that the site is not set up correctly, and that waiting does not help', async () => {
		const visitor = new Browser(portal.url);
		await visitor.open('/login');
		const page = await visitor.open('/login/start?provider=sts&returnTo=%2Fhelp');
		expectLoginError(page, 'portal_misconfigured', '/help');
		expect(page.text).toContain(words.errors.portal_misconfigured.next);
		expect(page.text).toContain(page.url.searchParams.get('helpCode'));
		await expect.poll(() => portal.logs()).toMatch(/"code":"invalid_client"/);
	});

	test('a script receives 502', async () => {
		const visitor = new Browser(portal.url);
		await visitor.open('/login');
		const { status, text } = await visitor.call('/api/auth/signin/sts', { method: 'POST' });
		expect([status, JSON.parse(text)]).toMatchObject([502, { error: 'upstream_invalid' }]);
	});
});

test('a person who refuses at the institution reads that they cancelled the sign-in', async () => {
	const start = await browser.open(linkIn(await browser.open('/login'), 'institution=uni-noord'));
	const page = await browser.submit(start, { decision: 'refused' });
	expectLoginError(page, 'access_denied');
});

test('a callback with the wrong state does not sign the person in', async () => {
	landscape.sandbox.scenario('sts-wrong-state');
	const page = await signInAtInstitution(browser);
	expectLoginError(page, 'sign_in_interrupted');
	expect((await browser.call('/api/auth/session')).text).toBe('null');
});

test.each([
	`error=access_denied&error_description=${RAW}`,
	`error=${RAW}`,
	'code=made-up',
	'code=made-up&state=made-up',
	`code=a&state=${'0'.repeat(17)}.x`,
	'code=&state=',
	''
])('an unsolicited callback with "%s" shows a known message, and nothing from its query', async (query) => {
	await browser.open('/login');
	const page = await browser.open(`/api/auth/callback/sts?${query}`, { from: landscape.sandbox.stsUrl });
	expect(page.url.pathname).toBe('/login');
	expect(signInErrors).toContain(page.url.searchParams.get('error') as SignInError);
	expect(page.text).not.toContain(RAW);
	expect((await browser.call('/api/auth/session')).text).toBe('null');
});

test.each(signInErrors)('the login page has a message for %s', async (error) => {
	const page = await browser.open(`/login?error=${error}`);
	expect(page.text).toContain(words.errors[error].what);
	expect(page.text).toContain(words.errors[error].next);
});

test('a sign-in with one provider cannot be completed at the callback of the other', async () => {
	const start = await browser.open(linkIn(await browser.open('/login'), 'institution=uni-noord'));
	await browser.submit(start, { person: 'known-student' });
	const good = browser.visits.find(({ url }) => url.pathname === '/api/auth/callback/sts')?.url;
	const other = new Browser(landscape.url);
	await other.open('/login');
	const page = await other.open(`/api/auth/callback/sts-wallet${good?.search ?? ''}`, {
		from: landscape.sandbox.stsUrl
	});
	expectLoginError(page, 'sign_in_interrupted');
});

describe.each([
	['an object without a list', 200, 'no-providers', {}],
	['JSON that does not match the schema', 503, 'sts-wrong-json', { operation: 'providers' }],
	['nothing', 503, 'sts-down', { operation: 'providers' }],
	['an error', 503, 'sts-500', { operation: 'providers' }]
] as const)('where the STS returns %s for the list of institutions', (_, status, name, options) => {
	let portal: Portal;

	beforeAll(async () => {
		const port = await freePort();
		portal = await startPortal({ runtime, env: { ...landscape.env, AUTH_URL: `http://localhost:${port}` }, port });
	});
	afterAll(() => portal.stop());
	afterEach(() => landscape.sandbox.reset());

	test('the login page has one plain button for the STS, and no institution can be selected', async () => {
		landscape.sandbox.scenario(name, options);
		const visitor = new Browser(portal.url);
		const page = await visitor.open('/login');
		expect(page.status).toBe(200);
		expect(linkIn(page, '/login/start')).toBe('/login/start?provider=sts&returnTo=%2Faccount');
		expect(page.text).not.toContain('institution=');
		const asked = await visitor.open('/login/start?provider=sts&institution=uni-noord');
		expect(asked.url.searchParams.get('error')).toBe(status === 200 ? 'institution_unknown' : 'sts_unavailable');
	});

	test('a response without a list for the search script is not cached', async () => {
		landscape.sandbox.scenario(name, options);
		const response = await new Browser(portal.url).call('/login/institutions?lang=en');
		expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store']);
	});
});
