import type { Config } from '../lib/server/config/parse';
import { createDenoKvStore } from '../lib/server/store/deno-kv';
import { createRedisStore, type RedisStore } from '../lib/server/store/redis';
import { permissions, PREFIX, REFUSED } from '../lib/server/store/redis-commands';
import { WrongServer } from '../lib/server/store/store';
import { connectionFailure } from './http';
import { type Finding, good, warning, wrong } from './findings';

const TEST_LIFE_MS = 10_000;
/** A sign-in makes about a dozen calls to the store, one after the other. */
const SLOW_MS = 100;
/** Reads the settings that decide whether Redis drops entries. */
const INFO = `return redis.call('INFO', 'memory')`;
const LIFE_AND_DELETE = `
local left = redis.call('PTTL', KEYS[1])
redis.call('SET', KEYS[1], '', 'PX', 1)
return left`;

const TWO_STORES = warning(
	'store.choice',
	'REDIS_URL and DENO_KV are both set: the portal uses Redis, and DENO_KV has no effect.',
	'Remove one of them: instances that use different stores share nothing.'
);

/** Writes a test key to the shared store, reads it and deletes it; no findings without a configured store. */
export async function examineStore({ store }: Pick<Config, 'store'>): Promise<readonly Finding[]> {
	if (store.redisUrl !== undefined)
		return [...(await examineRedis(store.redisUrl)), ...(store.denoKv === undefined ? [] : [TWO_STORES])];
	if (store.denoKv !== undefined) return examineDenoKv(store.denoKv);
	return [];
}

async function examineRedis(url: string): Promise<readonly Finding[]> {
	let redis: RedisStore | undefined;
	try {
		redis = await createRedisStore({ url, onFault: () => {}, onConnected: () => {} });
		return [(await refusedFinding(redis, url)) ?? (await roundTrip(redis)), await evictionFinding(redis)];
	} catch (error) {
		return [failure(new URL(url), error)];
	} finally {
		await redis?.close();
	}
}

/** @returns undefined if the user may run everything that the portal needs */
async function refusedFinding(redis: RedisStore, url: string): Promise<Finding | undefined> {
	const refused = await redis.refusedCommands();
	if (refused.length === 0) return undefined;
	return wrong('store', `The store at ${new URL(url).host} does not let this user run ${refused.join(', ')}.`, ALLOW);
}

async function roundTrip(redis: RedisStore): Promise<Finding> {
	const key = testKey();
	const text = crypto.randomUUID();
	await redis.write(key, text, TEST_LIFE_MS);
	const found = await redis.read(key);
	const tookMs = await fastestRead(redis, key);
	const leftMs = Number(await redis.run(LIFE_AND_DELETE, { keys: [PREFIX + key], arguments: [] }));
	if (found?.text !== text)
		return wrong(
			'store',
			'The store does not return a value that was just written.',
			'Check that REDIS_URL names the primary of one database, not a cache proxy.'
		);
	if (leftMs <= 0 || leftMs > TEST_LIFE_MS)
		return wrong(
			'store',
			'The store does not keep the lifetime of a key.',
			'Use Redis or Valkey itself: entries that never expire fill it up.'
		);
	if (tookMs >= SLOW_MS)
		return warning(
			'store',
			`The store works, but it took ${Math.round(tookMs)} ms to read a value: sign-ins are slow.`,
			'Look at its load, its disk and the network, and run it near the portal.'
		);
	return good('store', 'The store returns written values and applies their expiry.');
}

/** The fastest of three, because this machine may be busy as well. */
async function fastestRead(redis: RedisStore, key: string): Promise<number> {
	let fastestMs = Infinity;
	for (let reads = 0; reads < 3; reads++) {
		const startedMs = performance.now();
		await redis.read(key);
		fastestMs = Math.min(fastestMs, performance.now() - startedMs);
	}
	return fastestMs;
}

async function evictionFinding(redis: RedisStore): Promise<Finding> {
	const info = await redis.run(INFO, { keys: [], arguments: [] }).catch(() => '');
	const policy = /^maxmemory_policy:(\S+)/m.exec(String(info))?.[1];
	const isLimited = !/^maxmemory:0\s*$/m.test(String(info));
	if (policy === undefined)
		return warning(
			'store.eviction',
			'The store’s eviction policy (maxmemory-policy) could not be read.',
			'Make sure that maxmemory-policy is noeviction, or allow the user +info.'
		);
	if (policy === 'noeviction' || !isLimited)
		return good('store.eviction', 'The store does not drop entries when its memory is full.');
	return warning(
		'store.eviction',
		`The store drops entries when its memory is full (maxmemory-policy ${policy}).`,
		'Set maxmemory-policy to noeviction: an evicted entry can make an ended session valid again.'
	);
}

const ALLOW = `Allow the user ${permissions}`;

const refusals: readonly (readonly [pattern: RegExp, message: string, advice: string])[] = [
	[
		/^(?:WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password)/,
		'refuses the password',
		'Check the user and the password in REDIS_URL.'
	],
	// The error of a script contains the error of its command.
	[REFUSED, 'does not let this user write', ALLOW],
	[
		/DB index is out of range/,
		'has no database of that number',
		'Remove the number from the end of REDIS_URL, or correct it.'
	],
	[/^OOM/, 'is full and rejects writes', 'Give it more memory, or look for what fills it.'],
	[/^LOADING/, 'is still loading its data', 'Try again when it is done.'],
	[/^MISCONF/, 'rejects writes because it can’t write to its disk', 'Check its log and its disk.']
];

function failure({ host, password, protocol }: URL, error: unknown): Finding {
	if (error instanceof WrongServer) return wrong('store', `The store at ${host} is ${error.what}.`, error.advice);
	const text = error instanceof Error ? error.message : '';
	if (password === '' && text.startsWith('NOAUTH'))
		return wrong(
			'store',
			`The store at ${host} requires a password, and REDIS_URL has none.`,
			'Write it into REDIS_URL: redis://:password@host:port, or with a user redis://user:password@host:port.'
		);
	const refusal = refusals.find(([pattern]) => pattern.test(text));
	if (refusal) return wrong('store', `The store at ${host} ${refusal[1]}.`, refusal[2]);
	const { reason, advice } = connectionFailure(error);
	// Redis without TLS waits for the rest of a command after the first bytes of TLS.
	const mayLackTls = protocol === 'rediss:' && !advice.includes('redis://');
	const withoutTls = mayLackTls ? ' If the server has no TLS, write redis:// instead of rediss://.' : '';
	return wrong(
		'store',
		`The store at ${host} can’t be reached: ${reason}.`,
		`${advice}${withoutTls} The address comes from REDIS_URL.`
	);
}

async function examineDenoKv(name: string): Promise<readonly Finding[]> {
	try {
		const kv = await createDenoKvStore(name === 'default' ? undefined : name);
		await kv.verify().finally(() => kv.close());
		return [good('store', 'The Deno KV store returns written values.')];
	} catch {
		return [
			wrong(
				'store',
				'The Deno KV store can’t be opened, or rejects writes.',
				'Check DENO_KV: on Deno only, "default" on Deno Deploy, else a file that this user may write.'
			)
		];
	}
}

function testKey(): string {
	return `doctor:${crypto.randomUUID()}`;
}
