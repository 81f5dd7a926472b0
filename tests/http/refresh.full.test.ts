import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { holdsSession, tokensDue, tokensOver } from './support/held-session.ts';
import { signInAtInstitution } from './support/journeys.ts';

const MINUTES_OF_CLICKING = 1;
/**
 * A token of five seconds is refreshed a quarter of its lifetime before it expires, in whole seconds: after three at the
 * earliest.
 */
const MAX_RENEWALS_A_MINUTE = 60 / 3;
let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { STS_TIMEOUT_MS: '1500' } });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
});

const me = () => browser.call('/api/me');
const onRefresh = { operation: 'token:refresh' };

/** Repeats the work sequentially for a number of seconds, as a person clicks. */
async function forSeconds<Value>(seconds: number, pauseMs: number, work: () => Promise<Value>): Promise<Value[]> {
	const endMs = Date.now() + seconds * 1000;
	const results: Value[] = [];
	while (Date.now() < endMs) {
		results.push(await work());
		await pause(pauseMs);
	}
	return results;
}

test(
	'30 s of 500 responses from the STS end no session, and cause no storm of token calls',
	{ timeout: 60_000 },
	async () => {
		await tokensDue(browser, landscape);
		landscape.sandbox.scenario('sts-500', onRefresh);
		const responses = await forSeconds(30, 100, me);
		expect(responses.length).toBeGreaterThan(100);
		expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
		expect(landscape.sandbox.counts().refreshGrants).toBeLessThanOrEqual(31);
		await tokensOver(browser, landscape);
		expect((await me()).status).toBe(503);
		landscape.sandbox.reset();
		expect((await me()).status).toBe(200);
	}
);

test(
	'an STS that exceeds its time limit gets no second refresh request while tokens are valid',
	{ timeout: 60_000 },
	async () => {
		await tokensDue(browser, landscape);
		landscape.sandbox.scenario('sts-slow', { ...onRefresh, ms: 3000 });
		const responses = await forSeconds(8, 200, me);
		expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
		expect(landscape.sandbox.counts().refreshGrants).toBe(1);
		expect(holdsSession(browser)).toBe(true);
	}
);

test(
	'tokens that expire after five seconds are refreshed during a minute of clicking in three tabs',
	{ timeout: 120_000 },
	async () => {
		landscape.sandbox.scenario('access-token-seconds', { seconds: 5 });
		const visitor = new Browser(landscape.url);
		await signInAtInstitution(visitor);
		const tab = (path: string, pauseMs: number) =>
			forSeconds(MINUTES_OF_CLICKING * 60, pauseMs, () =>
				visitor.open(path).then(({ url, status }) => [url.pathname, status])
			);
		const clicks = (await Promise.all([tab('/account', 700), tab('/account', 1100), tab('/api/me', 300)])).flat();
		expect(clicks.filter(([path, status]) => status !== 200 || path === '/login')).toEqual([]);
		const { refreshGrants } = landscape.sandbox.counts();
		expect(refreshGrants).toBeGreaterThan(MINUTES_OF_CLICKING * 10);
		expect(refreshGrants).toBeLessThanOrEqual(MINUTES_OF_CLICKING * MAX_RENEWALS_A_MINUTE);
	}
);
