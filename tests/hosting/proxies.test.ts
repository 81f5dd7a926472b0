import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { hasProxy, type HostedProxy, type ProxyProgram, startHostedProxy } from '../harness/hosted-proxy.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { parseConfig } from '../../src/lib/server/config/parse.ts';
import { root } from '../tasks/runtime.mjs';
import { createWalletSession, sessionPath, signInAtInstitution } from '../http/support/journeys.ts';

/** What the file of a program says that the portal's environment must have. */
function settingsIn(file: string): NodeJS.Dict<string> {
	const [, line = ''] = /^# Portal: (.*)$/m.exec(readFileSync(join(root, 'docs/hosting', file), 'utf8')) ?? [];
	return parseEnv(line.replaceAll(' ', '\n'));
}

test.each(['nginx.conf', 'Caddyfile', 'haproxy.cfg'])(
	'the settings that %s names let only the proxy reach the portal, and suit one instance',
	(file) => {
		const secrets = { AUTH_SECRET: 'kX2wq8Zr5mN1vB7tY4cE9sLhJ3dF6gPa0uQi', STS_CLIENT_SECRET: 'secret' };
		const services = { STS_ISSUER_URL: 'https://sts.example.org', AUTH_BRIDGE_URL: 'http://auth-bridge:8090' };
		const config = parseConfig({ ...secrets, ...services, STS_CLIENT_ID: 'portal', ...settingsIn(file) });
		expect(config).toMatchObject({
			trustHost: true,
			trustedHops: 1,
			shutdownDelayMs: 0,
			listen: { host: '127.0.0.1' }
		});
	}
);

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

		test.runIf(isThere)('logs neither the code nor the state of a sign-in', async () => {
			await new Browser(landscape.url).call('/api/auth/callback/sts?code=a-code&state=a-state');
			// Caddy has no access log.
			const logged = program === 'caddy' ? '' : ' /api/auth/callback/sts ';
			await vi.waitFor(async () => expect(await proxy.logs()).toContain(logged));
			expect(await proxy.logs()).not.toMatch(/(?:code|state)=/);
		});

		test.runIf(isThere)('logs no id of a wallet session', async () => {
			const browser = new Browser(landscape.url);
			const id = await createWalletSession(browser);
			expect((await browser.call(sessionPath(id, 'status'))).status).toBe(200);
			const logged = program === 'caddy' ? '' : ` ${sessionPath('-', 'status')} `;
			await vi.waitFor(async () => expect(await proxy.logs()).toContain(logged));
			expect(await proxy.logs()).not.toContain(id);
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

		test.runIf(isThere)('redirects a request for another name to https, and sends no version', async () => {
			const { headers } = await rawRequest(Number(new URL(proxy.plainUrl).port), {
				path: '/login',
				headers: { host: 'other.example' }
			});
			// Caddy redirects by itself, to the name that was requested; the portal is not reachable by it.
			expect(headers.location).toBe(`https://${program === 'caddy' ? 'other.example' : 'localhost'}/login`);
			expect(headers.server ?? '').not.toMatch(/\d/);
		});

		// The last test of the group: it uses up the limit of this address.
		test.runIf(isThere)(
			'passes the address of the browser to the portal, whatever X-Forwarded-For contains',
			async () => {
				const statuses: number[] = [];
				for (const last of [1, 2, 3, 4]) {
					const browser = new Browser(landscape.url);
					await browser.open('/login');
					const headers = { 'x-forwarded-for': `203.0.113.${last}` };
					statuses.push((await browser.call('/api/wallet/sessions', { method: 'POST', json: {}, headers })).status);
				}
				expect(statuses.at(-1)).toBe(429);
			}
		);
	}
);

describe('two instances behind nginx as docs/hosting configures it', () => {
	const isThere = hasProxy('nginx');
	let proxy: HostedProxy;
	let landscape: Landscape;
	let portals: Portal[];

	beforeAll(async () => {
		if (!isThere) return;
		const secondPort = await freePort();
		landscape = await startLandscape({
			runtime,
			front: async (portalPort) => (proxy = await startHostedProxy('nginx', portalPort, secondPort)),
			env: { SHUTDOWN_DELAY_SECONDS: '1' }
		});
		portals = [landscape.portal, await startPortal({ runtime, env: landscape.env, port: secondPort })];
	});
	afterAll(async () => {
		if (!isThere) return;
		await Promise.all(portals.map((portal) => portal.stop()));
		await landscape.stop();
	});

	test.runIf(isThere)('refuse no request while they restart one after the other', { timeout: 120_000 }, async () => {
		const statuses: number[] = [];
		let isOver = false;
		const visits = [1, 2, 3, 4].map(async () => {
			const browser = new Browser(landscape.url);
			while (!isOver) statuses.push((await browser.open('/login')).status);
		});
		try {
			for (const [index, portal] of portals.entries()) {
				expect(await portal.stop()).toBe(0);
				const refused = 'Connection refused) while connecting to upstream';
				await vi.waitFor(
					async () => {
						const lines = (await proxy.logs()).split('\n').filter((line) => line.includes(refused));
						expect(lines).toContainEqual(expect.stringContaining(`127.0.0.1:${portal.port}/`));
					},
					{ timeout: 30_000, interval: 50 }
				);
				// A request that nginx could not send to one instance goes to the other, also if it changes something.
				await createWalletSession(new Browser(landscape.url));
				portals[index] = await startPortal({ runtime, env: landscape.env, port: portal.port });
			}
		} finally {
			isOver = true;
			await Promise.all(visits);
		}
		expect(statuses.length).toBeGreaterThan(0);
		expect(statuses.filter((status) => status !== 200)).toEqual([]);
	});
});
