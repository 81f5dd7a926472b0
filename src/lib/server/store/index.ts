import { config } from '../config';
import { describeCause, hostOf } from '../error-fields';
import { log } from '../log';
import { count, recordDuration } from '../metrics';
import { createDenoKvStore } from './deno-kv';
import { createMemoryStore, MAX_BYTES, type SharedOnly, type Store, StoreNotOpened, WrongServer } from './store';
import type { RedisStore, RunScript } from './redis';
import type * as RedisScripts from './redis-commands';
import { createResilientStore, type ResilientStore } from './resilient';
import { copyMsOf, isUrgent, merge } from './kinds';

/** Whether the shared store accepts writes; `none` if this process has no shared store. */
export const storeStates = ['none', 'up', 'down'] as const;
type StoreState = (typeof storeStates)[number];

/** How often an instance checks whether Redis has lost its data, even if the store is not in use. */
const CHECK_EVERY_MS = 1000;

let store: Store | undefined;
let resilient: ResilientStore | undefined;
let runScript: RunScript | undefined;
/** Until it is known what its user may do. */
let openedRedis: RedisStore | undefined;
/** What explains the faults of Redis, imported together with its client. */
let redisScripts: typeof RedisScripts | undefined;

/** The store that all instances share, or a store in this process's memory if none is configured. */
export function sharedStore(): Store {
	return (store ??= createMemoryStore());
}

/** The store that all instances share, without copies in this process; undefined if none is configured. */
export function sharedOnly(): SharedOnly | undefined {
	return resilient?.sharedOnly;
}

/** Whether a store that all instances share is configured. Without one, several instances are not supported. */
export function hasSharedStore(): boolean {
	return resilient !== undefined;
}

/**
 * The store's state, by a write that was read back at most a second ago. The store's own limits bound the time of this
 * check.
 */
export async function storeState(): Promise<StoreState> {
	if (!resilient) return 'none';
	return (await resilient.check()) ? 'up' : 'down';
}

/** Whether the shared store accepts writes, as far as known without a check; undefined if none is configured. */
export function isStoreAvailable(): boolean | undefined {
	return resilient?.isAvailable();
}

/** Runs scripts in the Redis that all instances share; undefined if there is none. */
export function sharedScripts(): RunScript | undefined {
	return runScript;
}

/**
 * Opens the configured store; called once, at start-up.
 * @throws {StoreNotOpened}
 */
export async function openStore(): Promise<void> {
	const { redisUrl, denoKv } = config().store;
	if (redisUrl !== undefined && denoKv !== undefined)
		log.warn('REDIS_URL and DENO_KV are both set: DENO_KV has no effect');
	if (redisUrl !== undefined) resilient = resilientStore(await openRedis(redisUrl), CHECK_EVERY_MS);
	else if (denoKv !== undefined) resilient = resilientStore(await openDenoKv(denoKv));
	store = resilient;
	await resilient?.check();
}

/** Closes the store's connections, which would otherwise keep the process running. */
export async function closeStore(): Promise<void> {
	await store?.close();
}

function resilientStore(shared: Store, checkEveryMs?: number): ResilientStore {
	// Half, because as much memory goes to the records of what the shared store lacks.
	const own = createMemoryStore({ maxBytes: MAX_BYTES / 2 });
	const rules = { isUrgent, merge, copyMsOf };
	return createResilientStore({
		shared: measured(shared),
		own,
		...rules,
		checkEveryMs,
		onState: createStateLog(),
		onLoss: logLoss
	});
}

/** The same store, whose calls are measured. Only calls that leave the process are, so an instance that works alone counts none. */
function measured(shared: Store): Store {
	return {
		...shared,
		read: (key) => measure('read', () => shared.read(key)),
		replace: (...given) => measure('replace', () => shared.replace(...given)),
		write: (...given) => measure('write', () => shared.write(...given)),
		remainingMs: (key) => measure('remaining', () => shared.remainingMs(key)),
		verify: () => measure('verify', () => shared.verify())
	};
}

async function measure<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
	const startedMs = performance.now();
	try {
		return await call();
	} finally {
		recordDuration('portal.store.duration', performance.now() - startedMs, { 'portal.operation': operation });
	}
}

async function openDenoKv(name: string): Promise<Store> {
	try {
		return await createDenoKvStore(name === 'default' ? undefined : name);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		const advice = 'Check DENO_KV: "default" on Deno Deploy, else a file that this user may write.';
		throw new StoreNotOpened(`Deno KV can't be opened (${reason}). ${advice}`, { cause });
	}
}

async function openRedis(url: string): Promise<Store> {
	// Imported only when needed: the package is large, and took about a fifth of the start-up time on Deno in a profile.
	const { createRedisStore } = await import('./redis');
	redisScripts = await import('./redis-commands');
	const redis = await createRedisStore({
		url,
		onFault: (error) => {
			log.debug('the connection to Redis failed', { ...redisHost(), error });
			resilient?.failed();
		},
		onConnected() {
			resilient?.retry();
			reportRefused();
		}
	}).catch((cause: unknown) => {
		if (!(cause instanceof WrongServer)) throw cause;
		throw new StoreNotOpened(`${cause.message}. ${cause.advice}`, { cause });
	});
	runScript = async (...script) => {
		if (!resilient?.isAvailable()) throw new Error('the shared store is unavailable');
		try {
			return await measure('script', () => redis.run(...script));
		} catch (error) {
			resilient.failed();
			throw error;
		}
	};
	openedRedis = redis;
	reportRefused();
	return redis;
}

/**
 * Warns if the user of `REDIS_URL` may not run a command that the check of the store does not need. The portal then works,
 * but requests that wait for another instance's result take up to a second longer, or each instance counts its own rate
 * limits. Once per process, when Redis first responds.
 */
function reportRefused(): void {
	const redis = openedRedis;
	openedRedis = undefined;
	redis?.refusedCommands().then(
		(commands) => {
			if (commands.length > 0)
				log.warn('the user of REDIS_URL lacks permissions', {
					...redisHost(),
					commands,
					hint: redisScripts && `allow it ${redisScripts.permissions}`
				});
		},
		() => (openedRedis = redis)
	);
}

/** Logs the start, the later causes and the end of outages. */
function createStateLog() {
	let wasUp = true;
	return (isUp: boolean, cause?: unknown): void => {
		const isLater = !wasUp;
		wasUp = isUp;
		if (!isUp && !isLater) count('portal.store.faults', { kind: 'outage' });
		if (isUp) log.warn('the shared store is available again', redisHost());
		else if (isLater) log.warn('the shared store is still unavailable, for another reason', explain(cause));
		else log.warn('the shared store is unavailable: this instance uses its own memory', explain(cause));
	};
}

function explain(cause: unknown) {
	const text = describeCause(cause);
	const hint = redisScripts?.hintFor(text, config().store.redisUrl ?? '');
	return { ...redisHost(), cause: text, ...(hint !== undefined && { hint }) };
}

/** The messages of the Redis client do not always name the server. */
function redisHost(): { readonly host?: string | undefined } {
	const { redisUrl } = config().store;
	return redisUrl === undefined ? {} : { host: hostOf(redisUrl) };
}

function logLoss(): void {
	count('portal.store.faults', { kind: 'loss' });
	log.warn('the shared store has lost its data: this instance writes its entries again');
}
