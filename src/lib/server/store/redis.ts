import { createClient } from '@redis/client';
import { withinLimit } from '../time-limit';
import type { Store } from './store';
import { createWakers } from './wakers';

const PREFIX = 'portal:';
const CHANGED_CHANNEL = 'portal:changed';
/** A store taken for lost too soon makes an instance act alone; one that is silent delays each request that asks it. */
const COMMAND_LIMIT_MS = 1000;
/** How long a start waits for the connection; after that the portal starts without. */
const CONNECT_LIMIT_MS = 2000;
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

/** Runs a script in the store. @throws when it is away, or soon when it is silent. */
export type RunScript = (
	script: string,
	given: { readonly keys: string[]; readonly arguments: string[] }
) => Promise<unknown>;

export type RedisStore = Store & { readonly run: RunScript };

interface RedisStoreOptions {
	/** `redis://` or `rediss://`, with credentials where needed. */
	readonly url: string;
	/** Hears of lost and refused connections; every fault, until it is connected again. */
	readonly onFault: (error: unknown) => void;
}

/**
 * A store in Redis or Valkey. Commands fail at once while it is away, and soon when it is silent: nothing is queued, and
 * it connects again by itself.
 */
export async function createRedisStore({ url, onFault }: RedisStoreOptions): Promise<RedisStore> {
	const client = createClient({
		url,
		disableOfflineQueue: true,
		// A feature of one vendor's clusters, which reads the environment: Deno does not grant that.
		maintNotifications: 'disabled',
		// A silent connection is given up, and made anew.
		pingInterval: 1000,
		socket: {
			connectTimeout: CONNECT_LIMIT_MS,
			socketTimeout: 3000,
			reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_RETRY_PAUSE_MS)
		}
	});
	const listener = client.duplicate({ disableOfflineQueue: false });
	const wakers = createWakers();
	for (const connection of [client, listener]) connection.on('error', onFault);
	listener.connect().catch(onFault);
	listener.subscribe(CHANGED_CHANNEL, (key) => wakers.wake(key)).catch(onFault);
	await withinLimit(client.connect(), CONNECT_LIMIT_MS).catch(onFault);
	// The client's own time-out ends when a command has been sent, not when it has been answered.
	const limited = <Reply>(reply: Promise<Reply>) => withinLimit(reply, COMMAND_LIMIT_MS);

	return {
		run: (script, given) => limited(client.eval(script, given)),

		async read(key) {
			const text = await limited(client.get(PREFIX + key));
			return text === null ? null : { text, mark: text };
		},

		async replace(key, expected, text, lifeMs) {
			const given = [CHANGED_CHANNEL, expected ? '1' : '0', expected?.mark ?? '', text, String(lifeMs)];
			return (await limited(client.eval(REPLACE, { keys: [PREFIX + key], arguments: given }))) === 1;
		},

		async write(key, text, lifeMs) {
			const given = [CHANGED_CHANNEL, text, String(lifeMs)];
			await limited(client.eval(WRITE, { keys: [PREFIX + key], arguments: given }));
		},

		changed: (key, mostMs) => wakers.wait(PREFIX + key, mostMs),

		close() {
			for (const connection of [client, listener]) connection.destroy();
			return Promise.resolve();
		}
	};
}
