import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type EventReader, openEvents } from '../harness/event-reader.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;
let id: string;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { EVENT_STREAMS_PER_BROWSER: '3', EVENT_STREAMS: '4' } });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	id = await createWalletSession(browser);
});

const cookieOf = (owner: Browser) => [...owner.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
const headersOf = (owner: Browser) => ({ cookie: cookieOf(owner), 'sec-fetch-site': 'same-origin' });
const open = (path = sessionPath(id, 'events'), owner = browser) =>
	openEvents(new URL(path, landscape.url), headersOf(owner));
const data = async (events: EventReader) =>
	JSON.parse((await events.next())?.data ?? 'null') as Record<string, unknown>;
const readsOf = (session: string) => landscape.sandbox.counts().statusReads[session] ?? 0;
const reads = () => readsOf(id);

describe('the events of a wallet session', () => {
	test('begin with the status that /status returns, followed by each change', async () => {
		const events = await open();
		expect([events.status, events.headers['content-type']]).toEqual([200, 'text/event-stream']);
		expect(events.headers['cache-control']).toBe('no-store');
		expect(events.headers['x-accel-buffering']).toBe('no');
		const first = await data(events);
		const { expiresInMs, ...status } = JSON.parse((await browser.call(sessionPath(id, 'status'))).text) as typeof first;
		expect(first).toEqual({ ...status, expiresInMs: expect.closeTo(Number(expiresInMs), -4) });
		await landscape.sandbox.openWallet(id);
		expect(await data(events)).toMatchObject({ sessionId: id, status: 'INTERACTION_STARTED' });
		events.leave();
	});

	test('end after the last status', async () => {
		const events = await open();
		await events.next();
		await landscape.sandbox.decline(id);
		expect(await events.rest()).toEqual([
			{ type: 'message', data: expect.stringContaining('"status":"FAILED"') },
			{ type: 'end', data: '{}' }
		]);
	});

	test('end when the session is gone', async () => {
		const events = await open();
		await events.next();
		landscape.sandbox.expire(id);
		expect(await events.rest()).toEqual([
			{ type: 'gone', data: JSON.stringify({ sessionId: id, error: 'not_found' }) },
			{ type: 'end', data: '{}' }
		]);
	});

	test('report once that the Bridge does not respond, and the status once it responds again', async () => {
		const events = await open();
		await events.next();
		landscape.sandbox.scenario('bridge-down');
		expect(await events.next()).toMatchObject({ type: 'trouble' });
		landscape.sandbox.lift('bridge-down');
		expect(await data(events)).toMatchObject({ status: 'PENDING' });
		events.leave();
	});

	test('include other wallet sessions of this browser, and end when all of them have ended', async () => {
		const other = await createWalletSession(browser);
		const events = await open(`${sessionPath(id, 'events')}?also=${other},${id}`);
		const both = [await data(events), await data(events)].map(({ sessionId }) => sessionId);
		expect(both.sort()).toEqual([id, other].sort());
		await landscape.sandbox.decline(other);
		expect(await data(events)).toMatchObject({ sessionId: other, status: 'FAILED' });
		await landscape.sandbox.decline(id);
		expect((await events.rest()).map(({ type }) => type)).toEqual(['message', 'end']);
	});

	test('need no more upstream reads for three clients than for one, and none without clients', async () => {
		const witness = new Browser(landscape.url);
		const other = await createWalletSession(witness);
		const one = await open(sessionPath(other, 'events'), witness);
		const three = await Promise.all([open(), open(), open()]);
		for (const session of [id, other]) await landscape.sandbox.openWallet(session);

		/** How often our session is read while the witness's session is read six times. */
		async function readsMeanwhile(): Promise<number> {
			const [before, seen] = [reads(), readsOf(other)];
			await expect.poll(() => readsOf(other), { timeout: 15_000 }).toBeGreaterThanOrEqual(seen + 6);
			return reads() - before;
		}
		await expect.poll(() => readsOf(other), { timeout: 15_000 }).toBeGreaterThan(2);
		expect(await readsMeanwhile()).toBeLessThan(10);
		for (const events of three) events.leave();
		await readsMeanwhile();
		expect(await readsMeanwhile()).toBe(0);
		one.leave();
	});

	test('are refused to an anonymous client, to another browser, and for an unknown wallet session', async () => {
		const another = new Browser(landscape.url);
		expect((await open(undefined, another)).status).toBe(401);
		const own = await createWalletSession(another);
		expect((await open(undefined, another)).status).toBe(404);
		expect((await open(`${sessionPath(own, 'events')}?also=${id}`, another)).status).toBe(404);
		expect((await open(sessionPath('0'.repeat(32), 'events'))).status).toBe(404);
		expect(reads()).toBe(0);
	});

	test('have the same status and content type for HEAD, without a stream', async () => {
		const response = await browser.call(sessionPath(id, 'events'), { method: 'HEAD' });
		expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
	});

	test('are limited to a number of open streams per browser and in total', async () => {
		const own = await Promise.all([open(), open(), open()]);
		const refused = await browser.call(sessionPath(id, 'events'));
		expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);

		const [second, third] = [new Browser(landscape.url), new Browser(landscape.url)];
		const fourth = await open(sessionPath(await createWalletSession(second), 'events'), second);
		const busy = await third.call(sessionPath(await createWalletSession(third), 'events'));
		expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '5']);
		const problem = JSON.parse(busy.text) as { readonly error: string; readonly requestId: string };
		expect(problem.error).toBe('busy');
		const lines = () =>
			landscape.portal
				.logs()
				.split('\n')
				.filter((line) => line.includes(problem.requestId));
		await expect.poll(() => lines().join('\n')).toMatch(/the portal refused a request.*streams_process/);
		expect(lines().join('\n')).not.toContain('upstream service');

		for (const events of [...own, fourth]) events.leave();
		await expect
			.poll(async () => (await browser.call(sessionPath(id, 'events'))).status, { timeout: 10_000 })
			.toBe(200);
	});
});

test('a portal that is stopped ends its streams and exits', async () => {
	const portal = await startPortal({ runtime, env: { ...landscape.env, EVENT_STREAMS_PER_BROWSER: '8' } });
	const url = new URL(sessionPath(id, 'events'), portal.url);
	const streams = await Promise.all([1, 2, 3].map(() => openEvents(url, headersOf(browser))));
	for (const events of streams) await events.next();
	// A client that has disconnected must not affect how the other streams end.
	streams[0]?.leave();
	const stopped = portal.stop();
	expect(await Promise.all(streams.slice(1).map((events) => events.rest()))).toEqual([[], []]);
	expect(await stopped).toBe(0);
});

describe('streams that are opened with fresh cookies each time', () => {
	const PER_ADDRESS = 6;
	let portal: Portal;
	let nextHost = 1;

	beforeAll(async () => {
		const env = {
			EVENT_STREAMS: '100',
			EVENT_STREAMS_PER_ADDRESS: String(PER_ADDRESS),
			AUTH_TRUST_HOST: 'true',
			SHUTDOWN_DELAY_SECONDS: '0'
		};
		portal = await startPortal({ runtime, env: { ...landscape.env, ...env } });
	});
	afterAll(() => portal.stop());

	/** A stream for a wallet session from a browser that has just loaded the login page, and so has a new browser id. */
	async function openAfresh(owner: Browser, session: string, network: string): Promise<EventReader> {
		const fresh = new Browser(landscape.url);
		await fresh.open('/login');
		const wallet = [...owner.cookies()].filter(([name]) => name.startsWith('portal.wallet.'));
		const cookie = [...fresh.cookies(), ...wallet].map(([name, value]) => `${name}=${value}`).join('; ');
		const headers = { cookie, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': `${network}::${nextHost++}` };
		return openEvents(new URL(sessionPath(session, 'events'), portal.url), headers);
	}
	const statuses = (all: readonly EventReader[]) => all.map(({ status }) => status);

	test('are limited to four per wallet session', async () => {
		const opened: EventReader[] = [];
		for (let n = 0; n < 6; n++) opened.push(await openAfresh(browser, id, `2001:db8:0:${n}`));
		expect(statuses(opened)).toEqual([200, 200, 200, 200, 429, 429]);
		for (const events of opened) events.leave();
	});

	test('are limited per IPv6 network, across wallet sessions', async () => {
		const opened: EventReader[] = [];
		for (let n = 0; n < PER_ADDRESS + 2; n++) {
			const owner = new Browser(landscape.url);
			opened.push(await openAfresh(owner, await createWalletSession(owner), '2001:db8:1:1'));
		}
		expect(statuses(opened)).toEqual([...Array.from({ length: PER_ADDRESS }, () => 200), 429, 429]);
		const elsewhere = await openAfresh(browser, id, '2001:db8:1:2');
		expect(elsewhere.status).toBe(200);
		for (const events of [...opened, elsewhere]) events.leave();
	});
});

describe('other wallet sessions in the stream', () => {
	const strangers = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(32, '0')).join();

	test('are limited to eight: with nine, the stream is refused and no status is read', async () => {
		const also = Array<string>(9).fill(id).join();
		const { status, text } = await browser.call(`${sessionPath(id, 'events')}?also=${also}`);
		expect([status, JSON.parse(text)]).toMatchObject([400, { error: 'invalid_request' }]);
		expect(text).toContain('also');
		expect(reads()).toBe(0);
	});

	test('are refused if another browser owns them, without a request to the Auth Bridge', async () => {
		const stranger = await createWalletSession(new Browser(landscape.url));
		const calls = () => JSON.stringify(landscape.sandbox.counts().operations);
		const before = calls();
		for (const also of [stranger, strangers(8)]) {
			expect((await browser.call(`${sessionPath(id, 'events')}?also=${also}`)).status).toBe(404);
		}
		expect(calls()).toBe(before);
	});
});
