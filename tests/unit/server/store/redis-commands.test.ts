import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRedisStore, type RedisStore } from '$lib/server/store/redis';
import { permissions } from '$lib/server/store/redis-commands';
import { hasRedis, type Redis, servers, startRedis } from '../../../harness/redis';
import { root } from '../../../tasks/runtime.mjs';

test('the permissions that the portal needs are those of the documentation', () => {
	expect(readFileSync(join(root, 'docs/operations.md'), 'utf8')).toContain(` ${permissions} +info\n`);
});

const commands = permissions.split(' ').filter((permission) => permission.startsWith('+'));

describe.skipIf(!hasRedis()).each(servers)('a user of $name', ({ program }) => {
	let redis: Redis;
	const opened: RedisStore[] = [];
	let faults: unknown[];
	beforeAll(async () => {
		redis = await startRedis({ program });
	});
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((store) => store.close()));
	});
	afterAll(() => redis.stop());

	/** A store whose user has only these permissions. */
	async function openAs(granted: string): Promise<RedisStore> {
		await redis.command('ACL SETUSER portal reset');
		await redis.command(`ACL SETUSER portal on >pw ${granted}`);
		faults = [];
		return open();
	}

	async function open(): Promise<RedisStore> {
		const url = redis.url.replace('redis://', 'redis://portal:pw@');
		const store = await createRedisStore({ url, onFault: (error) => faults.push(error), onConnected: () => {} });
		opened.push(store);
		return store;
	}

	test('with the documented permissions may run everything that the portal runs', async () => {
		const [store, other] = [await openAs(permissions), await open()];
		expect(await store.refusedCommands()).toEqual([]);
		expect(await store.verify()).toBe(true);
		expect(await store.replace('a', null, 'one', 60_000)).toBe(true);
		const hasChanged = store.changed('a', 60_000);
		await other.write('a', 'two', 60_000);
		await hasChanged;
		expect(await store.read('a')).toMatchObject({ text: 'two' });
		expect(await store.remainingMs('a')).toBeGreaterThan(0);
		const limits = { points: 1, duration: 60, keyPrefix: 'portal:limit:test', useRedisPackage: true };
		const limiter = new RateLimiterRedis({ ...limits, storeClient: { eval: store.run } });
		await expect(limiter.consume('key')).resolves.toMatchObject({ consumedPoints: 1 });
		await redis.command('PERSIST portal:limit:test:key');
		await expect(limiter.consume('key')).rejects.toMatchObject({ consumedPoints: 2 });
		expect(await redis.keys('portal:try:*')).toEqual([]);
		expect(faults).toEqual([]);
	});

	test.each(commands.filter((command) => command !== '+eval'))('without %s is told so', async (command) => {
		const store = await openAs(permissions.replace(new RegExp(`\\${command}(?= |$)`), ''));
		expect(await store.refusedCommands()).toEqual([command.slice(1)]);
	});

	test('without the channel may neither publish nor subscribe', async () => {
		const store = await openAs(permissions.replace('&portal:changed', 'resetchannels'));
		expect(await store.refusedCommands()).toEqual(['publish', 'subscribe']);
	});

	test.each(['+eval', '~portal:*'])('without %s cannot try any command', async (permission) => {
		const store = await openAs(permissions.replace(permission, ''));
		await expect(store.refusedCommands()).rejects.toThrow(/^NOPERM/);
	});
});
