import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { en, nl } from '../../src/lib/i18n/site.ts';
import { Browser, headingOf, type Visit } from '../harness/browser.ts';
import { openEvents } from '../harness/event-reader.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { beginCall } from './support/abandoned-call.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';

const MOST = 3;
const FORM = 'application/x-www-form-urlencoded';

let landscape: Landscape;
let odd: OddBackend;
let browser: Browser;
/** The requests in flight, and the responses that the backend has not sent yet. */
let waiting: Promise<Visit>[];
const held: ServerResponse[] = [];

beforeAll(async () => {
	odd = await startOddBackend();
	const BACKENDS = JSON.stringify({ odd: { url: odd.url, token: 'user' } });
	landscape = await startLandscape({ runtime, env: { BACKENDS, REQUESTS_AT_ONCE: String(MOST) } });
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
});
afterAll(async () => {
	await landscape.stop();
	await odd.stop();
});

/** Sends as many requests as may be in flight, all to a backend that does not respond. */
async function fill(): Promise<void> {
	waiting = [];
	while (waiting.length < MOST) {
		const arrival = odd.next();
		waiting.push(browser.call('/api/backends/odd/silent'));
		held.push((await arrival).response);
	}
}

async function letGo(): Promise<number[]> {
	for (const response of held.splice(0)) response.writeHead(204).end();
	return (await Promise.all(waiting)).map(({ status }) => status);
}

describe('while the maximum number of requests is in progress', () => {
	beforeAll(fill);
	afterAll(letGo);

	test('an API call is refused immediately, with Retry-After', async () => {
		const response = await browser.call('/api/me');
		expect([response.status, response.headers.get('retry-after'), odd.arrived.length]).toEqual([503, '5', MOST]);
		expect(JSON.parse(response.text)).toEqual({
			error: 'busy',
			message: 'The portal is busy; try again shortly.',
			requestId: response.headers.get('x-request-id')
		});
	});

	test.each([
		['en', en],
		['nl', nl]
	])('a page request gets an error page in %s, with a help code that is in the log', async (language, texts) => {
		const visitor = new Browser(landscape.url);
		visitor.putCookie('portal.locale', language);
		const page = await visitor.open('/account');
		expect([page.status, page.headers.get('retry-after'), headingOf(page)]).toEqual([
			503,
			'5',
			texts.errors.unavailable.title
		]);
		expect(page.text).toContain(`lang="${language}"`);
		const id = page.headers.get('x-request-id') ?? '';
		expect(page.text).toContain(id);
		await expect.poll(() => landscape.portal.logs().split(id)).toHaveLength(2);
	});

	test('back-channel logout is served', async () => {
		const form = { method: 'POST', body: 'logout_token=none', headers: { 'content-type': FORM } };
		expect((await browser.call('/api/auth/backchannel-logout', form)).status).toBe(400);
	});

	test('health and public files are served', async () => {
		expect((await browser.call('/api/health')).status).toBe(200);
		expect((await browser.call('/api/health/ready')).status).toBe(200);
		expect((await browser.call('/robots.txt')).status).toBe(200);
	});
});

test('after requests finish, the portal accepts the maximum number again', async () => {
	await fill();
	expect(await letGo()).toEqual(Array.from({ length: MOST }, () => 204));
	expect((await browser.call('/api/me')).status).toBe(200);
	await fill();
	expect((await browser.call('/api/me')).status).toBe(503);
	await letGo();
});

test('a request that its browser aborts no longer counts as in progress', async () => {
	const leave: (() => void)[] = [];
	while (leave.length < MOST) {
		const arrival = odd.next();
		leave.push(beginCall(browser, `${landscape.url}/api/backends/odd/silent`));
		await arrival;
	}
	expect((await browser.call('/api/me')).status).toBe(503);
	for (const go of leave) go();
	await expect.poll(async () => (await browser.call('/api/me')).status, { timeout: 5000 }).toBe(200);
});

test('open event streams do not count as requests in progress', async () => {
	const url = new URL(sessionPath(await createWalletSession(browser), 'events'), landscape.url);
	const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
	const streams = await Promise.all(
		Array.from({ length: MOST }, () => openEvents(url, { cookie, 'sec-fetch-site': 'same-origin' }))
	);
	await fill();
	expect(streams.map(({ status }) => status)).toEqual(waiting.map(() => 200));
	for (const stream of streams) stream.leave();
	await letGo();
});

// Deno's server has no such limit. The operating system and the proxy in front limit connections (docs/operations.md).
test.skipIf(runtime === 'deno')('a connection beyond CONNECTIONS is closed until another one ends', async () => {
	const portal = await startPortal({ runtime, env: { ...landscape.env, CONNECTIONS: '1' } });
	const health = () => rawRequest(portal.port, { path: '/api/health' }).then(({ status }) => status);
	await expect.poll(() => health().catch(() => 0)).toBe(200);
	const idle = connect(portal.port, '127.0.0.1');
	await once(idle, 'connect');
	await expect(health()).rejects.toThrow();
	idle.destroy();
	await expect.poll(() => health().catch(() => 0)).toBe(200);
	await portal.stop();
});

test.each(['?code=busy', '?code=nonsense', ''])(
	'opening the refusal page directly redirects to the home page (%s)',
	async (query) => {
		const page = await browser.open(`/refused${query}`, { follow: false });
		expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
	}
);
