import { ErrorReply } from '@redis/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisStore } from '$lib/server/store/redis';
import { explained } from '$lib/server/store/redis-commands';
import { WrongServer } from '$lib/server/store/store';
import { hasRedis, servers, startRedis } from '../../../harness/redis';

test.each([
	["CROSSSLOT Keys in request don't hash to the same slot", 'a Redis Cluster', true],
	['MOVED 3999 127.0.0.1:6381', 'a Redis Cluster', true],
	['CLUSTERDOWN Hash slot not served', 'a Redis Cluster', true],
	['ERR SELECT is not allowed in cluster mode', 'a Redis Cluster', true],
	["READONLY You can't write against a read only replica.", 'a replica, which rejects writes', false],
	// Redis 6.
	[
		"ERR Error running script (call to f_0): @user_script:3: @user_script: 3: -READONLY You can't write against a read only replica.",
		'a replica, which rejects writes',
		false
	]
])('the reply "%s" identifies the kind of server', (reply, what, isLasting) => {
	const error = explained(new ErrorReply(reply));
	expect(error).toBeInstanceOf(WrongServer);
	expect(error).toMatchObject({ what, isLasting, message: `REDIS_URL leads to ${what} (${reply})` });
});

test.each([
	new ErrorReply('OOM command not allowed'),
	new ErrorReply('LOADING Redis is loading'),
	new Error('MOVED by hand')
])('%s is returned unchanged', (error) => {
	expect(explained(error)).toBe(error);
});

describe.skipIf(!hasRedis()).each(servers)('a store in $name', ({ program }) => {
	test.each([
		['cluster', "a Redis Cluster (CROSSSLOT Keys in request don't hash to the same slot)"],
		['sentinel', "a Sentinel, or a server that lacks a command that the portal needs (ERR unknown command 'EVAL')"]
	] as const)('does not open on a %s server', async (mode, what) => {
		const redis = await startRedis({ program, mode });
		onTestFinished(() => redis.stop());
		const opening = createRedisStore({ url: redis.url, onFault: () => {}, onConnected: () => {} });
		await expect(opening).rejects.toThrow(`REDIS_URL leads to ${what}`);
	});

	test('opens on a replica, and a check reports that it is one', async () => {
		const redis = await startRedis({ program });
		onTestFinished(() => redis.stop());
		await redis.command('REPLICAOF 127.0.0.1 1');
		const store = await createRedisStore({ url: redis.url, onFault: () => {}, onConnected: () => {} });
		onTestFinished(() => store.close());
		await expect(store.verify()).rejects.toThrow('REDIS_URL leads to a replica, which rejects writes (READONLY');
	});

	test('whose server became a Cluster while it was unavailable fails its check', async () => {
		const cluster = await startRedis({ program, mode: 'cluster' });
		onTestFinished(() => cluster.stop());
		await cluster.stop();
		const store = await createRedisStore({ url: cluster.url, onFault: () => {}, onConnected: () => {} });
		onTestFinished(() => store.close());
		await cluster.start();
		await expect
			.poll(() => store.verify().catch(String), { timeout: 10_000 })
			.toContain('leads to a Redis Cluster (CROSSSLOT');
	});
});
