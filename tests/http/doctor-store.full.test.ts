import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { diagnose, healthyEnvironment } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { permissions } from '../../src/lib/server/store/redis-commands.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';

const PORTAL = 'http://localhost:3000';
let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ portalUrl: PORTAL, stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
});
afterAll(() => sandbox.stop());

/** A way to a local port on which each reply takes some time. */
async function startSlowPath(port: number, delayMs: number): Promise<number> {
	const server = createServer((client) => {
		const upstream = connect({ port, host: '127.0.0.1' });
		client.pipe(upstream);
		upstream.on('data', (data) => setTimeout(() => client.write(data), delayMs));
		for (const [one, other] of [
			[client, upstream],
			[upstream, client]
		] as const)
			one.on('close', () => other.destroy()).on('error', () => {});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

const consult = (env: Record<string, string>) => diagnose({ ...healthyEnvironment(sandbox, PORTAL), ...env });

describe.skipIf(!hasRedis())('a Redis server', () => {
	let redis: Redis;
	beforeAll(async () => {
		redis = await startRedis();
	});
	afterAll(() => redis.stop());
	afterEach(async () => {
		await redis.command('REPLICAOF NO ONE');
		await redis.command('CONFIG SET maxmemory 0');
		await redis.command('CONFIG SET maxmemory-policy noeviction');
	});

	test('that is slow is reported, because a sign-in makes many calls', async () => {
		const port = await startSlowPath(Number(new URL(redis.url).port), 150);
		const { find } = await consult({ REDIS_URL: `redis://127.0.0.1:${port}` });
		expect(find('store')).toMatch(/^warning: .*ms to read a value/);
	});

	test('that stores a test key is reported as good, and the key is deleted afterwards', async () => {
		const { bad, find } = await consult({ REDIS_URL: redis.url });
		expect(bad).toEqual([]);
		expect(find('store')).toMatch(/^good: /);
		expect(find('store.eviction')).toMatch(/^good: /);
		expect(await redis.keys('*doctor*')).toEqual([]);
	});

	test('configured together with DENO_KV is reported as a warning: DENO_KV has no effect', async () => {
		const { bad, find } = await consult({ REDIS_URL: redis.url, DENO_KV: 'default' });
		expect(bad).toEqual(['store.choice']);
		expect(find('store.choice')).toMatch(/^warning: .*DENO_KV has no effect/);
	});

	test.each([
		['that follows a primary', ['REPLICAOF 127.0.0.1 1'], 'is a replica, which rejects writes'],
		['whose memory is full', ['CONFIG SET maxmemory 1'], 'is full and rejects writes']
	])('%s is reported', async (_name, commands, message) => {
		for (const command of commands) await redis.command(command);
		const { code, find } = await consult({ REDIS_URL: redis.url });
		expect(find('store')).toMatch(/^wrong: .* → ./);
		expect(find('store')).toContain(message);
		expect(code).toBe(1);
	});

	test.each([
		['cluster', 'is a Redis Cluster.'],
		['sentinel', 'is a Sentinel, or a server that lacks a command']
	] as const)('that is a %s is reported', async (mode, message) => {
		const other = await startRedis({ mode });
		onTestFinished(() => other.stop());
		const { code, find } = await consult({ REDIS_URL: other.url });
		expect(find('store')).toMatch(/^wrong: .* → Use /);
		expect(find('store')).toContain(message);
		expect(code).toBe(1);
	});

	test('that lacks the configured database number is reported', async () => {
		const { find } = await consult({ REDIS_URL: `${redis.url}/99` });
		expect(find('store')).toMatch(/^wrong: .*has no database of that number/);
	});

	test('that evicts entries when its memory is full is reported as a warning', async () => {
		await redis.command('CONFIG SET maxmemory 100mb');
		await redis.command('CONFIG SET maxmemory-policy allkeys-lru');
		const { code, bad, find } = await consult({ REDIS_URL: redis.url });
		expect({ code, bad }).toEqual({ code: 0, bad: ['store.eviction'] });
		expect(find('store.eviction')).toContain('allkeys-lru');
	});

	test('that refuses the password is reported, and the password is not printed', async () => {
		await redis.command('ACL SETUSER portal on >right ~* &* +@all');
		const { find, text } = await consult({ REDIS_URL: redis.url.replace('//', '//portal:swordfish@') });
		expect(find('store')).toMatch(/^wrong: .*refuses the password.*REDIS_URL/);
		expect(text).not.toContain('swordfish');
	});

	test('that requires a password is reported if REDIS_URL has none', async () => {
		await redis.command('CONFIG SET requirepass right');
		const { find } = await consult({ REDIS_URL: redis.url });
		await redis.command("CONFIG SET requirepass ''", 'right');
		expect(find('store')).toMatch(/^wrong: .*requires a password, and REDIS_URL has none/);
	});

	test('without TLS is reported for rediss://, with the correct scheme', async () => {
		const { code, find } = await consult({ REDIS_URL: redis.url.replace('redis:', 'rediss:') });
		expect(find('store')).toMatch(/^wrong: .*can’t be reached: .*write redis:\/\/ instead of rediss:\/\//);
		expect(code).toBe(1);
	});

	test('whose user may not write is reported', async () => {
		await redis.command('ACL SETUSER reader on >right ~* &* +@read +@connection +@pubsub');
		const { find } = await consult({ REDIS_URL: redis.url.replace('//', '//reader:right@') });
		expect(find('store')).toMatch(/^wrong: .*does not let this user write/);
	});

	test('whose user has exactly the documented permissions is reported as good', async () => {
		await redis.command(`ACL SETUSER exact on >right ${permissions} +info`);
		const { bad, find } = await consult({ REDIS_URL: redis.url.replace('//', '//exact:right@') });
		expect(bad).toEqual([]);
		expect([find('store'), find('store.eviction')]).toEqual(Array(2).fill(expect.stringMatching(/^good: /)));
	});

	test('whose user may not run some commands is reported, with all that the portal needs', async () => {
		await redis.command('ACL SETUSER older on >right ~portal:* &portal:changed +get +set +eval +publish +info');
		const { code, find } = await consult({ REDIS_URL: redis.url.replace('//', '//older:right@') });
		expect(find('store')).toMatch(/^wrong: .*does not let this user run incrby, expire, pttl, ping, subscribe\./);
		expect(find('store')).toContain(`Allow the user ${permissions}`);
		expect(code).toBe(1);
	});

	test('that cannot be reached is reported', async () => {
		const { code, find } = await consult({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
		expect(find('store')).toMatch(/^wrong: .*can’t be reached: the connection was refused.*REDIS_URL/);
		expect(code).toBe(1);
	});

	test('that does not respond is reported', async () => {
		redis.freeze();
		const { find } = await consult({ REDIS_URL: redis.url }).finally(() => redis.thaw());
		expect(find('store')).toMatch(/^wrong: .*did not respond in time/);
	});
});

describe('Deno KV', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-doctor-kv-'));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	test.runIf(runtime === 'deno')('that stores a test key is reported as good', async () => {
		const { bad, find } = await consult({ DENO_KV: join(folder, 'store.kv') });
		expect(bad).toEqual([]);
		expect(find('store')).toMatch(/^good: /);
	});

	test('that can’t be opened is reported', async () => {
		const { code, find } = await consult({ DENO_KV: join(folder, 'missing', 'store.kv') });
		expect(find('store')).toMatch(/^wrong: The Deno KV store can’t be opened.*DENO_KV/);
		expect(code).toBe(1);
	});
});
