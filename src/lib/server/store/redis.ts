import { createClient } from '@redis/client';
import type { Store } from './store';
import { createWakers } from './wakers';

const PREFIX = 'portal:';
const CHANGED_CHANNEL = 'portal:changed';
const COMMAND_LIMIT_MS = 500;
const LONGEST_RETRY_PAUSE_MS = 1000;

/** Sets a text in the place of the expected one ('' with flag 0: of nothing), and tells those who wait. */
const REPLACE = `
local found = redis.call('GET', KEYS[1])
local expected = ARGV[2] == '1' and ARGV[3] or false
if found ~= expected then return 0 end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
redis.call('PUBLISH', ARGV[1], KEYS[1])
return 1`;

const WRITE = `
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[1], KEYS[1])
return 1`;

interface RedisStoreOptions {
	/** `redis://` or `rediss://`, with credentials where needed. */
	readonly url: string;
	/** Hears of lost and refused connections; every fault, until it is connected again. */
	readonly onFault: (error: unknown) => void;
}

/**
 * A store in Redis or Valkey. Commands fail at once while it is away: nothing is queued, and it connects again by
 * itself.
 */
export function createRedisStore({ url, onFault }: RedisStoreOptions): Store {
	const client = createClient({
		url,
		disableOfflineQueue: true,
		commandOptions: { timeout: COMMAND_LIMIT_MS },
		socket: {
			connectTimeout: 2000,
			reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_RETRY_PAUSE_MS)
		}
	});
	const listener = client.duplicate({ disableOfflineQueue: false });
	const wakers = createWakers();
	for (const connection of [client, listener]) {
		connection.on('error', onFault);
		connection.connect().catch(onFault);
	}
	listener.subscribe(CHANGED_CHANNEL, (key) => wakers.wake(key)).catch(onFault);

	return {
		async read(key) {
			const text = await client.get(PREFIX + key);
			return text === null ? null : { text, mark: text };
		},

		async replace(key, expected, text, lifeMs) {
			const given = [CHANGED_CHANNEL, expected ? '1' : '0', expected?.mark ?? '', text, String(lifeMs)];
			return (await client.eval(REPLACE, { keys: [PREFIX + key], arguments: given })) === 1;
		},

		async write(key, text, lifeMs) {
			await client.eval(WRITE, { keys: [PREFIX + key], arguments: [CHANGED_CHANNEL, text, String(lifeMs)] });
		},

		changed: (key, mostMs) => wakers.wait(PREFIX + key, mostMs),

		close() {
			for (const connection of [client, listener]) connection.destroy();
			return Promise.resolve();
		}
	};
}
