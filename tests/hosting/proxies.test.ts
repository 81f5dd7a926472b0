import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { hasProxy, type HostedProxy, type ProxyProgram, startHostedProxy } from '../harness/hosted-proxy.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from '../http/support/journeys.ts';

const programs: readonly ProxyProgram[] = ['nginx', 'caddy', 'haproxy'];
const LIMIT = 3;

describe.each(programs.map((program) => [program] as const))(
	'a portal behind %s as docs/hosting configures it',
	(program) => {
		const isThere = hasProxy(program);
		let proxy: HostedProxy;
		let landscape: Landscape;

		beforeAll(async () => {
			if (!isThere) return;
			landscape = await startLandscape({
				runtime,
				front: async (portalPort) => (proxy = await startHostedProxy(program, portalPort)),
				env: { RATE_LIMIT_PER_ADDRESS: String(LIMIT) }
			});
			// HAProxy and Caddy send requests to an instance only once it has been found healthy.
			await vi.waitFor(async () => expect((await new Browser(landscape.url).call('/api/health')).status).toBe(200), {
				timeout: 20_000,
				interval: 50
			});
		});
		afterAll(async () => {
			if (isThere) await landscape.stop();
		});

		test.runIf(isThere)('signs people in and out over https', async () => {
			const browser = new Browser(landscape.url);
			const account = await signInAtInstitution(browser);
			expect([account.status, account.url.href]).toEqual([200, `${landscape.url}/account`]);
			await browser.submit(account, {}, '/api/auth/signout');
			expect((await browser.call('/api/me')).status).toBe(401);
		});

		test.runIf(isThere)('sends an event of a stream to the browser at once', async () => {
			const browser = new Browser(landscape.url);
			const id = await createWalletSession(browser);
			const { status, headers, text } = await browser.call(sessionPath(id, 'events'));
			expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
			expect(text).toContain('data:');
		});

		test.runIf(isThere)('accepts cookies of 7 kB', async () => {
			const browser = new Browser(landscape.url);
			for (const name of ['one', 'two']) browser.putCookie(name, 'x'.repeat(3500));
			expect((await browser.open('/login')).status).toBe(200);
		});

		test.runIf(isThere)('redirects http to https', async () => {
			const { status, headers } = await new Browser(proxy.plainUrl).call('/login');
			expect(status).toBeGreaterThanOrEqual(301);
			expect(headers.get('location')).toMatch(/^https:\/\/localhost.*\/login$/);
		});

		// The last test of the group: it uses up the limit of this address.
		test.runIf(isThere)('tells the portal the address of the browser, whatever the browser claims', async () => {
			const statuses: number[] = [];
			for (const last of [1, 2, 3, 4]) {
				const browser = new Browser(landscape.url);
				await browser.open('/login');
				const headers = { 'x-forwarded-for': `203.0.113.${last}` };
				statuses.push((await browser.call('/api/wallet/sessions', { method: 'POST', json: {}, headers })).status);
			}
			expect(statuses.at(-1)).toBe(429);
		});
	}
);
