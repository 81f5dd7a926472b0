import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRedisStore, type RedisStore } from '../../../src/lib/server/store/redis';
import { hasRedis, type Redis, startRedis } from '../../harness/redis';
import { behavesAsAStore } from './contract';

describe.skipIf(!hasRedis())('a store in Redis', () => {
	let redis: Redis;
	const opened: RedisStore[] = [];

	beforeAll(async () => {
		redis = await startRedis();
	});
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((store) => store.close()));
	});
	afterAll(() => redis.stop());

	/** An empty one. */
	async function open(): Promise<RedisStore> {
		const store = await createRedisStore({ url: redis.url, onFault: () => {}, onConnected: () => {} });
		opened.push(store);
		await store.run("redis.call('FLUSHALL') return 1", { keys: [], arguments: [] });
		return store;
	}

	// Time in Redis is its own.
	behavesAsAStore(open, pause);

	test('returns what it wrote', async () => {
		await expect((await open()).verify()).resolves.toBeUndefined();
	});
});
