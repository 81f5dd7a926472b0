import { config } from '../config';
import { describeCause } from '../error-fields';
import { log } from '../log';
import { createDenoKvStore } from './deno-kv';
import { createMemoryStore } from './memory';
import type { RunScript } from './redis';
import { createResilientStore, type ResilientStore } from './resilient';
import type { Store } from './store';

/** Whether the shared store takes writes; `none` where this process is alone. */
export const storeStates = ['none', 'up', 'down'] as const;
export type StoreState = (typeof storeStates)[number];

/** Revocations (`auth/deny-list.ts`, `wallet/used-sessions.ts`) are written first after an outage. */
const isRevocation = (kind: string) => kind === 'deny:' || kind === 'wallet-used:';

let store: Store | undefined;
let resilient: ResilientStore | undefined;
let runScript: RunScript | undefined;

/** What this instance shares with the others, or keeps for itself where nothing is configured. */
export function sharedStore(): Store {
	return (store ??= createMemoryStore());
}

/** The store's state, by a write that was read back at most a second ago; bounded in time by the store's own limits. */
export async function storeState(): Promise<StoreState> {
	if (!resilient) return 'none';
	return (await resilient.check()) ? 'up' : 'down';
}

/** Scripts in the Redis that all instances share; undefined where there is none. */
export function sharedScripts(): RunScript | undefined {
	return runScript;
}

/** Opens the configured store; called once, at start-up. */
export async function openStore(): Promise<void> {
	const { redisUrl, denoKv } = config().store;
	if (redisUrl !== undefined && denoKv !== undefined)
		log.warn('REDIS_URL and DENO_KV are both set: DENO_KV has no effect');
	if (redisUrl !== undefined) resilient = resilientStore(await openRedis(redisUrl));
	else if (denoKv !== undefined)
		resilient = resilientStore(await createDenoKvStore(denoKv === 'default' ? undefined : denoKv));
	store = resilient;
	await resilient?.check();
}

/** Closes the store's connections, which would keep a process alive. */
export async function closeStore(): Promise<void> {
	await store?.close();
}

function resilientStore(shared: Store): ResilientStore {
	const own = createMemoryStore();
	return createResilientStore({ shared, own, isUrgent: isRevocation, onState: logState });
}

async function openRedis(url: string): Promise<Store> {
	// A large package: about a fifth of a start on Deno, in a profile.
	const { createRedisStore } = await import('./redis');
	const redis = await createRedisStore({
		url,
		onFault: (error) => {
			log.debug('the connection to Redis has a fault', { error });
			resilient?.failed();
		},
		onConnected: () => resilient?.retry()
	});
	runScript = async (...script) => {
		if (!resilient?.isAvailable()) throw new Error('the shared store is unavailable');
		try {
			return await redis.run(...script);
		} catch (error) {
			resilient.failed();
			throw error;
		}
	};
	return redis;
}

function logState(isUp: boolean, cause?: unknown): void {
	if (isUp) log.warn('the shared store is available again');
	else log.warn('the shared store is unavailable: this instance carries on by itself', { cause: describeCause(cause) });
}
