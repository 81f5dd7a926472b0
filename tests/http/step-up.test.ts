import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../../src/lib/i18n/index.ts';
import { Browser, headingOf, linkIn, type Visit } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { MFA, SFA } from '../sandbox/sts/accounts.ts';
import { changeSession, heldSession } from './support/held-session.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { AUDIENCE, serviceToken } from './support/third-party.ts';

const { done, stronger, newer, refused, other } = en.account.stepUp;
const GRADES = '/api/backends/grades/mine?year=1';
const RFC9470 = 'insufficient_user_authentication';

let landscape: Landscape;
let backend: Server;
let browser: Browser;
/** What the backend responds with: a challenge, or null for 200. */
let challenge: string | null = null;
let arrived = 0;
const tokens = new Set<string | undefined>();

beforeAll(async () => {
	backend = createServer(({ headers }, response) => {
		arrived++;
		tokens.add(headers.authorization);
		if (challenge === null) response.writeHead(200, { 'content-type': 'text/plain' }).end('the grades');
		else response.writeHead(401, { 'www-authenticate': challenge }).end();
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => backend.once('listening', resolve));
	const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
	const backends = {
		grades: { url, token: 'user', acr: MFA },
		recent: { url, token: 'user', maxAge: 60, methods: ['GET', 'POST'] },
		asks: { url, token: 'user' },
		exchanged: { url, token: 'exchange', tokenAudience: 'exchanged' },
		shared: { url, token: 'none', acr: [MFA], callerScope: 'profile:read' }
	};
	const env = { BACKENDS: JSON.stringify(backends), API_AUDIENCE: AUDIENCE, STEP_UP_ACR: MFA };
	landscape = await startLandscape({ runtime, env });
});
afterAll(async () => {
	await landscape.stop();
	backend.close();
});
beforeEach(async () => {
	landscape.sandbox.reset();
	challenge = null;
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	arrived = 0;
});

const now = () => Math.floor(Date.now() / 1000);
const asked = () => landscape.sandbox.authorizations().at(-1)?.params ?? {};
const pathOf = ({ url }: Visit) => url.pathname + url.search;

/** From the page about the step-up, signs in at the institution with or without a second factor; returns the last page. */
async function stepUp(page: Visit, factor: 'confirmed' | 'none' = 'confirmed', person = 'known-student') {
	let end = await browser.open(linkIn(page, '/login/start'));
	if (end.text.includes('name="person"')) end = await browser.submit(end, { person });
	if (end.text.includes('name="factor"')) end = await browser.submit(end, { factor });
	return headingOf(end) === done.title ? browser.open(linkIn(end, '/api/')) : end;
}

describe('a backend page that requires an acr', () => {
	test('shows an explanation page first, and opens after the sign-in', async () => {
		const page = await browser.open(GRADES);
		expect([headingOf(page), page.url.pathname, arrived]).toEqual([stronger.title, '/step-up', 0]);
		const back = await stepUp(page);
		expect([pathOf(back), back.text, arrived]).toEqual([GRADES, 'the grades', 1]);
		expect(asked()).toMatchObject({ acr_values: MFA, provider: 'uni-noord' });
		expect(JSON.parse(asked().claims ?? '')).toMatchObject({
			id_token: { acr: { essential: true, values: [MFA] }, name: null }
		});
		expect([asked().prompt, asked().max_age]).toEqual([undefined, undefined]);
		expect(await heldSession(browser, landscape)).toMatchObject({ acr: MFA });
	});

	test.each(['with an error', 'with a lower acr'])(
		'reports that the STS did not raise the level (%s), and keeps the person signed in',
		async (how) => {
			if (how === 'with a lower acr') landscape.sandbox.scenario('id-token', { claims: { acr: SFA } });
			const before = await heldSession(browser, landscape);
			const page = await browser.open(GRADES);
			const end = await stepUp(page, how === 'with an error' ? 'none' : 'confirmed');
			expect([headingOf(end), arrived]).toEqual([refused.title, 0]);
			expect(end.text).toContain('Ask the help desk of your institution');
			expect((await heldSession(browser, landscape)).id).toBe(before.id);
			landscape.sandbox.reset();
			expect(end.text).toMatch(/<h1[^>]* autofocus/);
			// "Try again" starts the next sign-in.
			expect((await stepUp(end)).text).toBe('the grades');
		}
	);

	test('reports that the level was not raised if the person cancels at the STS', async () => {
		const institution = await browser.open(linkIn(await browser.open(GRADES), '/login/start'));
		const end = await browser.submit(institution, { decision: 'refused' });
		expect([headingOf(end), end.url.pathname]).toEqual([refused.title, '/step-up']);
	});

	test('tells a different person that they are now signed in before it shows any content', async () => {
		const end = await stepUp(await browser.open(GRADES), 'confirmed', 'unknown-student');
		expect([headingOf(end), arrived]).toEqual([other.title, 0]);
		expect(end.text).toContain('You are signed in as Daan Bakker.');
		expect((await browser.open(linkIn(end, '/api/backends/'))).text).toBe('the grades');
	});

	test('works with an STS that has no claims parameter and no PAR', async () => {
		const plain = await startLandscape({ runtime, env: { STEP_UP_ACR: MFA } });
		plain.sandbox.scenario('no-claims-parameter');
		plain.sandbox.scenario('no-par');
		browser = new Browser(plain.url);
		const unlink = linkIn(await signInAtInstitution(browser), '/unlink');
		const weak = await stepUp(await browser.open(unlink), 'none');
		expect(headingOf(weak)).toBe(refused.title);
		const back = await stepUp(await browser.open(unlink));
		const last = plain.sandbox.authorizations().at(-1)?.params ?? {};
		await plain.stop();
		expect([back.url.pathname, back.text.includes(en.account.unlink.button)]).toEqual([unlink, true]);
		expect([last.acr_values, last.max_age, last.claims?.includes('essential')]).toEqual([MFA, '900', false]);
	});
});

describe('an API call to a backend that requires a stronger or newer sign-in', () => {
	test('receives a challenge and the URL of the step-up page, and succeeds after the step-up', async () => {
		const response = await browser.call(GRADES);
		expect([response.status, arrived]).toEqual([401, 0]);
		expect(JSON.parse(response.text)).toMatchObject({ error: RFC9470, stepUpUrl: '/step-up?stepUp=backend.grades' });
		expect(response.headers.get('www-authenticate')).toMatch(
			new RegExp(`^Bearer realm="portal", error="${RFC9470}", error_description="[^"]+", acr_values="${MFA}"$`)
		);
		const back = await stepUp(await browser.open('/step-up?stepUp=backend.grades&returnTo=/help%3Fx'));
		expect(pathOf(back)).toBe('/help?x');
		expect((await browser.call(GRADES)).status).toBe(200);
	});

	test('with maxAge, succeeds after a recent sign-in and requires a new one later', async () => {
		const recent = '/api/backends/recent/x';
		expect((await browser.call(recent)).status).toBe(200);
		await changeSession(browser, landscape, { authTime: now() - 120 });
		const response = await browser.call(recent, { method: 'POST' });
		expect([response.status, arrived]).toEqual([401, 1]);
		expect(response.headers.get('www-authenticate')).toContain('max_age="60"');
		const page = await browser.open(recent);
		expect(headingOf(page)).toBe(newer.title);
		expect((await stepUp(page)).text).toBe('the grades');
		expect(asked()).toMatchObject({ max_age: '60', prompt: 'login' });
		expect(asked()).not.toHaveProperty('acr_values');
	});

	test('by an API client receives the challenge without a page, because its token belongs to no person', async () => {
		const client = new ApiClient(landscape.url, await serviceToken(landscape, 'profile:read'));
		const response = await client.call('/api/backends/shared/x');
		expect([response.status, arrived]).toEqual([401, 0]);
		expect(JSON.parse(response.text)).not.toHaveProperty('stepUpUrl');
		expect(response.headers.get('www-authenticate')).toContain(`error="${RFC9470}"`);
	});
});

describe('a backend that requests a stronger sign-in itself (RFC 9470)', () => {
	const ASKS = '/api/backends/asks/x';

	test('opens its page after its requirement is sent to the STS', async () => {
		challenge = `Bearer error="${RFC9470}", acr_values="loa9 ${MFA}", max_age=300`;
		const response = await browser.call(ASKS);
		expect([response.status, JSON.parse(response.text)]).toMatchObject([401, { error: RFC9470 }]);
		const page = await browser.open(ASKS);
		expect([headingOf(page), arrived]).toEqual([stronger.title, 2]);
		challenge = null;
		expect((await stepUp(page)).text).toBe('the grades');
		expect(asked()).toMatchObject({ acr_values: `loa9 ${MFA}`, max_age: '300' });
	});

	test('receives a new exchanged token after the sign-in', async () => {
		tokens.clear();
		challenge = `Bearer error="${RFC9470}", acr_values="${MFA}"`;
		const page = await browser.open('/api/backends/exchanged/x');
		expect([headingOf(page), tokens.size]).toEqual([stronger.title, 1]);
		challenge = null;
		expect((await stepUp(page)).text).toBe('the grades');
		expect([tokens.size, landscape.sandbox.count('sts.token:exchange')]).toEqual([2, 2]);
	});

	test('causes an error if the session already meets the requirement, to prevent a sign-in loop', async () => {
		challenge = `Bearer error="${RFC9470}", acr_values="${MFA}", max_age=0`;
		const back = await stepUp(await browser.open(ASKS));
		expect([pathOf(back), back.status, arrived]).toEqual([ASKS, 502, 2]);
		expect(JSON.parse((await browser.call(ASKS)).text)).toMatchObject({ error: 'upstream_invalid' });
	});

	test.each([
		'',
		', acr_values="a\\"b"',
		`, acr_values="${'x'.repeat(200)}"`,
		', max_age=-1',
		`, max_age="${'9'.repeat(20)}"`
	])('causes an error if it sends values that the portal does not pass on: %j', async (values) => {
		challenge = `Bearer error="${RFC9470}"${values}`;
		expect((await browser.call(ASKS)).status).toBe(502);
	});
});

describe('a step-up link', () => {
	test.each(['backend.nothing', 'acr', '%7B%7D'])('cannot name an unknown requirement such as %j', async (name) => {
		const page = await browser.open(`/step-up?stepUp=${name}&returnTo=/help`);
		expect(page.url.pathname).toBe('/help');
		const start = await browser.open(`/login/start?provider=sts&stepUp=${name}&acr_values=${MFA}&max_age=0`);
		expect(start.url.href).toContain('error=sign_in_failed');
	});

	test('has no effect if it carries a requirement that a backend sent to another session', async () => {
		challenge = `Bearer error="${RFC9470}", acr_values="loa9"`;
		const link = pathOf(await browser.open('/api/backends/asks/x'));
		expect((await browser.open(link)).url.pathname).toBe('/step-up');
		const stranger = new Browser(landscape.url);
		await signInAtInstitution(stranger);
		challenge = null;
		expect(headingOf(await stranger.open(link))).toBe(done.title);
	});

	test('adds nothing to the configured requirement', async () => {
		const page = await browser.open('/step-up?stepUp=account&acr_values=loa0&max_age=1&returnTo=/help');
		await stepUp(page);
		expect(asked()).toMatchObject({ acr_values: MFA, max_age: '900' });
	});

	test('to a backend does not open the backend automatically', async () => {
		const link = `/step-up?${new URLSearchParams({ stepUp: 'backend.asks', returnTo: '/api/backends/asks/x' })}`;
		const page = await browser.open(link, { from: landscape.sandbox.institutionUrl });
		expect([headingOf(page), page.headers.has('refresh'), arrived]).toEqual([done.title, false, 0]);
	});

	test('on another site does not start a sign-in', async () => {
		const end = await browser.open('/login/start?provider=sts&stepUp=account&returnTo=/help', { from: null });
		expect(end.url.pathname).toBe('/help');
	});
});

test('a signed-out person is redirected to the login page', async () => {
	const stranger = new Browser(landscape.url);
	expect((await stranger.open('/step-up?stepUp=account')).url.pathname).toBe('/login');
	expect((await stranger.call(GRADES)).status).toBe(401);
});
