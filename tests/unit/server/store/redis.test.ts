import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRedisStore, type RedisStore } from '$lib/server/store/redis';
import { DataLost } from '$lib/server/store/store';
import { hasRedis, type Redis, servers, startRedis } from '../../../harness/redis';
import { startSwitchboard } from '../../../harness/switchboard';
import { behavesAsAStore } from './contract';

describe.skipIf(!hasRedis()).each(servers)('a store in $name', ({ program }) => {
	let redis: Redis;
	const opened: RedisStore[] = [];

	beforeAll(async () => {
		redis = await startRedis({ program });
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

	test('refuses writes if its user may not publish, and a check reports that', async () => {
		await open();
		await redis.command('ACL SETUSER silent on >pw ~portal:* resetchannels +@all');
		const url = redis.url.replace('redis://', 'redis://silent:pw@');
		const store = await createRedisStore({ url, onFault: () => {}, onConnected: () => {} });
		opened.push(store);
		await expect(store.write('key', 'text', 1000)).rejects.toThrow();
		await expect(store.verify()).rejects.toThrow(/channel|publish/);
	});

	test('passes its check, and the key that the check writes expires soon', async () => {
		await expect((await open()).verify()).resolves.toBe(true);
		const [key = ''] = await redis.keys('portal:verify:*');
		const remainingMs = Number(await redis.command(`PTTL ${key}`));
		expect([remainingMs > 0, remainingMs <= 3_600_000]).toEqual([true, true]);
	});

	test('stays available when its connections are closed: a check waits for new ones', async () => {
		const store = await open();
		await store.verify();
		const inFlight = store.verify();
		await redis.command('CLIENT KILL TYPE normal').catch(() => {});
		await expect(inFlight).resolves.toBe(true);
		await redis.stop();
		const check = store.verify();
		await redis.start();
		// It keeps nothing over a restart.
		await expect(check).resolves.toBe(false);
		await redis.stop();
		try {
			await expect(store.verify()).rejects.toThrow();
		} finally {
			await redis.start();
		}
	});

	test('names the refused password if it was changed while the store was connected', async () => {
		await redis.command('ACL SETUSER changing on >pw ~portal:* &* +@all');
		const url = redis.url.replace('redis://', 'redis://changing:pw@');
		const store = await createRedisStore({ url, onFault: () => {}, onConnected: () => {} });
		opened.push(store);
		await store.verify();
		await redis.command('ACL SETUSER changing resetpass >another');
		await redis.command('CLIENT KILL USER changing');
		await expect(store.verify()).rejects.toThrow('WRONGPASS');
	});

	test('names what is wrong with the password if it does not get a connection in time', async () => {
		await redis.command('ACL SETUSER refused on >pw ~portal:* &* +@all');
		const url = redis.url.replace('redis://', 'redis://refused:wrong@');
		const store = await createRedisStore({ url, onFault: () => {}, onConnected: () => {} });
		opened.push(store);
		await expect(store.read('a')).rejects.toThrow('WRONGPASS');
	});

	test('lets commands in flight finish when it moves to another server', async () => {
		const next = await startRedis({ program });
		const board = await startSwitchboard(Number(new URL(redis.url).port));
		let moved = () => {};
		const hasMoved = new Promise<void>((resolve) => (moved = resolve));
		// The first connection, the second one, and the move to it.
		const steps = [() => {}, () => {}, moved];
		let unexpected = 0;
		const store = await createRedisStore({
			url: `redis://127.0.0.1:${board.port}`,
			onFault: () => {},
			onConnected: () => {
				const step = steps.shift();
				if (step) step();
				else unexpected++;
			}
		});
		try {
			await redis.command('REPLICAOF 127.0.0.1 1');
			board.switchTo(Number(new URL(next.url).port));
			await expect(store.write('a', 'one', 1000)).rejects.toThrow(/READONLY/);
			redis.freeze();
			const outcome = store.read('a').then(
				() => 'a reply',
				(error: unknown) => (error instanceof DOMException ? error.name : String(error))
			);
			const late = store.write('a', 'one', 1000).catch(() => {});
			await hasMoved;
			redis.thaw();
			await late;
			// On a busy machine the move may take longer than a command may.
			expect(['a reply', 'TimeoutError']).toContain(await outcome);
			await store.write('a', 'two', 1000);
			expect(await next.keys('portal:a')).toEqual(['portal:a']);
			// The late refusal by the old server opens no third connection.
			expect(unexpected).toBe(0);
		} finally {
			redis.thaw();
			await redis.command('REPLICAOF NO ONE');
			await store.close();
			await board.stop();
			await next.stop();
		}
	});

	test('times out a command after a second when Redis does not respond', async () => {
		const store = await open();
		redis.freeze();
		try {
			const tries = [store.read('a'), store.write('a', 'one', 1000), store.replace('a', null, 'one', 1000)];
			for (const attempt of tries)
				await expect(attempt).rejects.toMatchObject({ name: 'TimeoutError', message: 'took longer than 1000 ms' });
		} finally {
			redis.thaw();
		}
	});

	test('detects that it was emptied, and refuses claims until a check has detected that', async () => {
		const store = await open();
		await store.verify();
		await redis.command('FLUSHALL');
		await expect(store.replace('a', null, 'claimed', 60_000)).rejects.toThrow(DataLost);
		expect(await store.verify()).toBe(false);
		expect(await store.verify()).toBe(true);
		expect(await store.replace('a', null, 'claimed', 60_000)).toBe(true);
	});

	test('detects that it was restored to the state of an earlier check', async () => {
		const store = await open();
		await store.verify();
		const [key = ''] = await redis.keys('portal:verify:*');
		const earlier = String(await redis.command(`GET ${key}`));
		await store.verify();
		await redis.command(`SET ${key} ${earlier}`);
		expect(await store.verify()).toBe(false);
	});
});
