import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { account } from '../../src/lib/i18n/en/account.ts';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { runToEnd, startPortal } from '../harness/portal.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { startSwitchboard, type Switchboard } from '../harness/switchboard.ts';
import { bareEnvironment } from './support/bare-environment.ts';
import { copyOf } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { signOutDuring, SOON, storeOf, timesIn, UNAVAILABLE } from './support/store-outage.ts';

describe.skipIf(!hasRedis())('two instances with a Redis', () => {
	let redis: Redis;
	let instances: Instances;

	beforeAll(async () => {
		redis = await startRedis();
		instances = await startInstances(2, { runtime, env: { REDIS_URL: redis.url } });
	});
	afterAll(async () => {
		await instances.stop();
		await redis.stop();
	});

	const password = 'a-new-password';

	test.each([
		{
			what: 'has become a replica',
			begin: () => redis.command('REPLICAOF 127.0.0.1 1'),
			end: () => redis.command('REPLICAOF NO ONE'),
			cause: 'REDIS_URL leads to a replica, which rejects writes (READONLY'
		},
		{
			what: 'has no memory left',
			begin: () => redis.command('CONFIG SET maxmemory 1'),
			end: () => redis.command('CONFIG SET maxmemory 0'),
			cause: 'OOM'
		},
		{
			what: 'has too few replicas',
			begin: () => redis.command('CONFIG SET min-replicas-to-write 1'),
			end: () => redis.command('CONFIG SET min-replicas-to-write 0'),
			cause: 'NOREPLICAS'
		},
		{
			what: 'delays every write',
			begin: () => redis.command('CLIENT PAUSE 600000 WRITE'),
			end: () => redis.command('CLIENT UNPAUSE'),
			cause: 'took longer than 1000 ms'
		},
		{
			what: 'requires another password',
			begin: async () => {
				await redis.command(`CONFIG SET requirepass ${password}`);
				await redis.command('CLIENT KILL TYPE normal SKIPME yes', password);
				await redis.command('CLIENT KILL TYPE pubsub', password);
			},
			end: () => redis.command("CONFIG SET requirepass ''", password),
			cause: /NOAUTH|WRONGPASS/
		},
		{
			what: 'is killed',
			begin: () => redis.stop(),
			end: () => redis.start(),
			cause: /ECONNREFUSED/
		}
	])(
		'when Redis $what, a sign-out applies at once on its instance, and everywhere once Redis accepts writes',
		async ({ begin, end, cause }) => {
			instances.sandbox.reset();
			await signOutDuring({ begin, end, cause }, instances);
		}
	);

	test('when Redis is killed, a person who signs out everywhere is signed out everywhere after it restarts', async () => {
		instances.sandbox.reset();
		const another = new Browser(instances.url);
		await signInAtInstitution(another);
		const outage = {
			begin: () => redis.stop(),
			end: () => redis.start(),
			cause: /ECONNREFUSED/
		};
		await signOutDuring(outage, instances, async (browser) => {
			expect((await browser.open('/account/sessions')).text).toContain(account.sessions.unknown);
			expect((await browser.open('/account/sessions/all/end', { form: {} })).url.pathname).toBe('/');
		});
		expect((await copyOf(another, instances.urls[1] ?? '').call('/api/me')).status).toBe(401);
	});
});

describe.skipIf(!hasRedis())('an instance whose Redis fails over to another', () => {
	let [old, next]: (Redis | undefined)[] = [];
	let board: Switchboard;
	let instances: Instances;

	beforeAll(async () => {
		[old, next] = await Promise.all([startRedis(), startRedis()]);
		board = await startSwitchboard(Number(new URL(old.url).port));
		instances = await startInstances(1, { runtime, env: { REDIS_URL: `redis://127.0.0.1:${board.port}` } });
	});
	afterAll(async () => {
		await instances.stop();
		await board.stop();
		await Promise.all([old?.stop(), next?.stop()]);
	});

	test('drops the stale connection, and continues on a new one', async () => {
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		await old?.command('REPLICAOF 127.0.0.1 1');
		// Open connections stay at the old server; new ones go to the new server.
		board.switchTo(Number(new URL(next?.url ?? '').port));
		await browser.call('/api/auth/signout', { method: 'POST' });
		await expect.poll(() => next?.keys('portal:deny:*'), SOON).toHaveLength(1);
		await expect.poll(() => storeOf(instances.url), SOON).toBe('up');
	});
});

describe('an instance that cannot reach Redis at start-up', () => {
	test('reports it in its readiness and once in its log, and still serves requests', async () => {
		const instances = await startInstances(1, { runtime });
		const env = { ...instances.env, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
		const portal = await startPortal({ runtime, env });
		try {
			const response = await fetch(`${portal.url}/api/health/ready`);
			expect(response.status).toBe(200);
			expect(await response.json()).toMatchObject({ status: 'ready', store: 'down' });
			await expect.poll(() => timesIn(portal, UNAVAILABLE)).toBe(1);
			expect(portal.logs()).toMatch(/ECONNREFUSED/);
		} finally {
			await portal.stop();
			await instances.stop();
		}
	});
});

describe.skipIf(!hasRedis())('an instance whose REDIS_URL names the wrong kind of server', () => {
	test.each([
		['cluster', "a Redis Cluster (CROSSSLOT Keys in request don't hash to the same slot)"],
		['sentinel', "a Sentinel, or a server that lacks a command that the portal needs (ERR unknown command 'EVAL')"]
	] as const)('does not start (%s), and logs the reason in one line', async (mode, what) => {
		const redis = await startRedis({ mode });
		onTestFinished(() => redis.stop());
		const env = { ...bareEnvironment, AUTH_URL: 'http://localhost:3000', REDIS_URL: redis.url };
		const { code, logs } = await runToEnd({ runtime, env });
		expect(code).toBe(1);
		expect(logs).toContain(`The portal can't start: REDIS_URL leads to ${what}. Use `);
		expect(logs).not.toContain('"ERROR"');
	});
});
