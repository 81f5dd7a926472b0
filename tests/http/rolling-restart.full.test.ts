import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type LoadBalancer, startLoadBalancer } from '../harness/load-balancer.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { signInAtInstitution } from './support/journeys.ts';

const VISITORS = 8;

describe.skipIf(!hasRedis())('two instances behind a load balancer', () => {
	let redis: Redis;
	let balancer: LoadBalancer;
	let sandbox: Sandbox;
	let portals: Portal[];

	const start = async (port: number) => {
		const served = balancer.serves(port);
		const portal = await startPortal({
			runtime,
			port,
			env: {
				AUTH_URL: balancer.url,
				AUTH_SECRET: 'a-secret-for-tests-that-nobody-else-uses',
				AUTH_TRUST_HOST: 'true',
				SHUTDOWN_DELAY_SECONDS: '1',
				STS_ISSUER_URL: sandbox.stsUrl,
				STS_CLIENT_ID: 'portal-frontend',
				STS_CLIENT_SECRET: 'portal-frontend-secret',
				AUTH_BRIDGE_URL: sandbox.bridgeUrl,
				REDIS_URL: redis.url
			}
		});
		await served;
		return portal;
	};

	beforeAll(async () => {
		[redis, balancer] = await Promise.all([startRedis(), startLoadBalancer()]);
		const free = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
		sandbox = await startSandbox({ portalUrl: balancer.url, accessTokenSeconds: 5, ...free });
		const ports = [await freePort(), await freePort()];
		for (const port of ports) balancer.add(port);
		portals = await Promise.all(ports.map(start));
	});
	afterAll(async () => {
		await Promise.all(portals.map((portal) => portal.stop()));
		await Promise.all([balancer.stop(), sandbox.stop(), redis.stop()]);
	});

	test(
		'lose no request and no session when restarted one after the other under load',
		{ timeout: 90_000 },
		async () => {
			const browsers = Array.from({ length: VISITORS }, () => new Browser(balancer.url));
			await Promise.all(browsers.map((browser) => signInAtInstitution(browser)));
			const lost: string[] = [];
			let responded = 0;
			let isOver = false;
			const visits = browsers.map(async (browser, n) => {
				while (!isOver) {
					const path = n % 2 === 0 ? '/api/me' : '/account';
					const visit = n % 2 === 0 ? await browser.call(path) : await browser.open(path);
					responded++;
					if (visit.status !== 200 || visit.url.pathname !== path)
						lost.push(`${path}: ${visit.status} ${visit.url.pathname}`);
				}
			});
			try {
				for (const [index, portal] of portals.entries()) {
					expect(await portal.stop()).toBe(0);
					portals[index] = await start(portal.port);
				}
			} finally {
				isOver = true;
				await Promise.all(visits);
			}
			expect(lost).toEqual([]);
			expect(responded).toBeGreaterThan(VISITORS);
			const after = await Promise.all(browsers.map((browser) => browser.call('/api/me')));
			expect(after.map(({ status }) => status)).toEqual(browsers.map(() => 200));
		}
	);
});
