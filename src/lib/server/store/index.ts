import { config } from '../config';
import { log } from '../log';
import { createDenoKvStore } from './deno-kv';
import { createMemoryStore } from './memory';
import type { RunScript } from './redis';
import { createResilientStore } from './resilient';
import type { Store } from './store';

/** Whether the shared store answers; `none` where this process is alone. */
export const storeStates = ['none', 'up', 'down'] as const;
export type StoreState = (typeof storeStates)[number];

let store: Store | undefined;
let state: StoreState = 'none';
let runScript: RunScript | undefined;

/** What this instance shares with the others, or keeps for itself where nothing is configured. */
export function sharedStore(): Store {
	return (store ??= createMemoryStore());
}

export function storeState(): StoreState {
	return state;
}

/** Scripts in the Redis that all instances share; undefined where there is none. */
export function sharedScripts(): RunScript | undefined {
	return runScript;
}

/** Opens the configured store; called once, at start-up. */
export async function openStore(): Promise<void> {
	const shared = await configuredStore();
	if (!shared) return;
	state = 'up';
	store = createResilientStore({ shared, own: createMemoryStore(), onState: told });
}

/** Lets go of the store's connections, which would keep a process alive. */
export async function closeStore(): Promise<void> {
	await store?.close();
}

async function configuredStore(): Promise<Store | null> {
	const { redisUrl, denoKv } = config().store;
	if (redisUrl !== undefined) {
		// A large package: about a fifth of a start on Deno, in a profile.
		const { createRedisStore } = await import('./redis');
		const redis = await createRedisStore({
			url: redisUrl,
			onFault: (error) => log.debug('the connection to Redis has a fault', { error })
		});
		runScript = redis.run;
		return redis;
	}
	return denoKv === undefined ? null : createDenoKvStore(denoKv === 'default' ? undefined : denoKv);
}

function told(isUp: boolean, error?: unknown): void {
	state = isUp ? 'up' : 'down';
	if (isUp) log.info('the shared store is back');
	else log.warn('the shared store is away: this instance carries on by itself', { error });
}
