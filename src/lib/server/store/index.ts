import { config } from '../config';
import { describeCause } from '../error-fields';
import { log } from '../log';
import { createDenoKvStore } from './deno-kv';
import { createMemoryStore, type SharedOnly, type Store, StoreNotOpened, WrongServer } from './store';
import type { RunScript } from './redis';
import { createResilientStore, type ResilientStore } from './resilient';
import { progressOf, readRecord } from './lease';

/** Whether the shared store accepts writes; `none` if this process has no shared store. */
export const storeStates = ['none', 'up', 'down'] as const;
type StoreState = (typeof storeStates)[number];

/** How often an instance checks whether Redis has lost its data, even if the store is not in use. */
const CHECK_EVERY_MS = 1000;

let store: Store | undefined;
let resilient: ResilientStore | undefined;
let runScript: RunScript | undefined;

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
	const own = createMemoryStore();
	const rules = { isUrgent: isRevocation, merge, copyMsOf };
	return createResilientStore({ shared, own, ...rules, checkEveryMs, onState: logState, onLoss: logLoss });
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
	const redis = await createRedisStore({
		url,
		onFault: (error) => {
			log.debug('the connection to Redis failed', { error });
			resilient?.failed();
		},
		onConnected: () => resilient?.retry()
	}).catch((cause: unknown) => {
		if (!(cause instanceof WrongServer)) throw cause;
		throw new StoreNotOpened(`${cause.message}. ${cause.advice}`, { cause });
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
	else log.warn('the shared store is unavailable: this instance uses its own memory', { cause: describeCause(cause) });
}

function logLoss(): void {
	log.warn('the shared store has lost its data: this instance writes its entries again');
}

/**
 * Whether a kind of key contains revocations (`auth/revoked-sessions.ts`, `auth/wallet-cookies.ts`) or what the portal must
 * not deny (`wallet/cancel.ts`), which are written first after an outage or a loss of data.
 */
export const isRevocation = (kind: string): boolean =>
	['deny:', 'deny-all:', 'wallet-used:', 'wallet-linking:'].includes(kind);

/**
 * What an instance writes when it writes its copy again and another instance has written the same key in the meantime.
 * Revocations are united, so that none is weakened. Work that is done stays done. A list of sessions (`auth/session-list.ts`)
 * that is there stays: the sessions that it lacks add themselves.
 */
export function merge(kind: string, mine: string, theirs: string): string {
	if (kind === 'deny:' || kind === 'deny-all:') return mergeRevocations(mine, theirs);
	if (kind === 'once:') return progressOf(readRecord(mine)) > progressOf(readRecord(theirs)) ? mine : theirs;
	return kind === 'sessions:' ? theirs : mine;
}

/** A text that is no revocation is replaced. */
function mergeRevocations(mine: string, theirs: string): string {
	const [one, other] = [readRevocation(mine), readRevocation(theirs)];
	if (one && other) return writeRevocation(unionOf(one, other));
	return other ? theirs : mine;
}

/**
 * How long an instance keeps its copy of an entry that the shared store has accepted, in milliseconds. Results of token
 * calls take about 4 kB each; their copies are for a store that has just lost its data. Times of activity are renewed by
 * the next action. An old list of sessions is of no use.
 */
export function copyMsOf(kind: string): number {
	if (kind === 'sessions:') return 0;
	return ['once:', 'active:'].includes(kind) ? 2 * 60_000 : Infinity;
}

/**
 * Which sessions of a person, of a sign-in at the STS, or of everybody have ended: those that began at `untilMs` or earlier.
 * One of them can be exempt. Times are in Unix milliseconds.
 */
export interface Revocation {
	readonly untilMs: number;
	/** This session has ended only if it began at `endedUntilMs` or earlier: another revocation covers it until then. */
	readonly exempt?: { readonly id: string; readonly endedUntilMs: number };
}

/** No session has ended. */
export const NO_REVOCATION: Revocation = { untilMs: -Infinity };

/** Reads a stored text: a time, or a time with the exempt session. Null for any other text. */
export function readRevocation(text: string): Revocation | null {
	const found = /^(\d{1,16})(?: (\d{1,16}) ([\w-]{1,64}))?$/.exec(text);
	if (!found) return null;
	const [untilMs, endedUntilMs, id] = [Number(found[1]), Number(found[2]), found[3]];
	if (id === undefined) return { untilMs };
	return endedUntilMs < untilMs ? { untilMs, exempt: { id, endedUntilMs } } : null;
}

export function writeRevocation({ untilMs, exempt }: Revocation): string {
	return exempt ? `${untilMs} ${exempt.endedUntilMs} ${exempt.id}` : `${untilMs}`;
}

/** Whether a session that began at `startMs` has ended. */
export function isCovered({ untilMs, exempt }: Revocation, id: string, startMs: number): boolean {
	return startMs <= (exempt?.id === id ? exempt.endedUntilMs : untilMs);
}

/** The sessions that either of two revocations ends, exactly. The order of the two makes no difference. */
export function unionOf(one: Revocation, other: Revocation): Revocation {
	const [earlier, later] = one.untilMs <= other.untilMs ? [one, other] : [other, one];
	if (!later.exempt) return later;
	const { id, endedUntilMs } = later.exempt;
	const endedEarlierMs = earlier.exempt?.id === id ? earlier.exempt.endedUntilMs : earlier.untilMs;
	const untilMs = Math.max(endedUntilMs, endedEarlierMs);
	return untilMs < later.untilMs
		? { untilMs: later.untilMs, exempt: { id, endedUntilMs: untilMs } }
		: { untilMs: later.untilMs };
}
