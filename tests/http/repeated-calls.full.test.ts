import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import * as v from 'valibot';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath, sharedWalletSession } from './support/journeys.ts';

const Status = v.pipe(v.string(), v.parseJson(), v.object({ status: v.string() }));

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

test('complete called again returns the same response, with one request to the Bridge', async () => {
	const id = await sharedWalletSession(browser, landscape.sandbox, 'known-student');
	const complete = () => browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	const first = await complete();
	expect([first.status, JSON.parse(first.text)]).toEqual([
		200,
		{ sessionId: id, status: 'COMPLETED', continueUrl: '/login/start?provider=sts-wallet' }
	]);
	expect((await complete()).text).toBe(first.text);
	expect(landscape.sandbox.count('bridge.complete')).toBe(1);
});

test('simultaneous complete calls return the same response, even if the Bridge accepts only one', async () => {
	landscape.sandbox.scenario('complete-once');
	const id = await sharedWalletSession(browser, landscape.sandbox, 'known-student');
	const complete = () => browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	const responses = await Promise.all([complete(), complete(), complete()]);
	expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
	expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
});

test('twenty simultaneous status requests cause one read from the Bridge', async () => {
	const id = await createWalletSession(browser);
	landscape.sandbox.scenario('bridge-slow', { operation: 'status', ms: 1000 });
	const status = () => browser.call(sessionPath(id, 'status'));
	const responses = await Promise.all(Array.from({ length: 20 }, status));
	expect(responses.map(({ text }) => v.parse(Status, text))).toEqual(responses.map(() => ({ status: 'PENDING' })));
	expect(landscape.sandbox.counts().statusReads[id]).toBe(1);
});

test('a cached status is replaced within two seconds', async () => {
	const id = await createWalletSession(browser);
	const status = async () => v.parse(Status, (await browser.call(sessionPath(id, 'status'))).text);
	expect(await status()).toEqual({ status: 'PENDING' });
	await landscape.sandbox.share(id, 'known-student');
	await vi.waitFor(async () => expect(await status()).toEqual({ status: 'VERIFIED' }), { timeout: 2000, interval: 20 });
});

test('a cached status is not returned after the wallet session has changed', async () => {
	const id = await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
	const status = async () => JSON.parse((await browser.call(sessionPath(id, 'status'))).text) as unknown;
	expect(await status()).toMatchObject({ status: 'VERIFIED' });
	await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	expect(await status()).toMatchObject({ status: 'IDV_REQUIRED', idvRequired: true });
});

test('no more than the newest four wallet sessions of a browser are kept', async () => {
	const ids: string[] = [];
	for (let made = 0; made < 5; made++) ids.push(await createWalletSession(browser));
	const statuses = await Promise.all(ids.map((id) => browser.call(sessionPath(id, 'status'))));
	expect(statuses.map(({ status }) => status)).toEqual([404, 200, 200, 200, 200]);
});
