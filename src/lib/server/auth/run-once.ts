import { everyInterval, unixMs } from '../clock';
import type { Codec } from '../seal';
import type { Entry, Store } from '../store/store';
import {
	type Attempts,
	BEGUN_MS,
	keyOf,
	type Lease,
	LEASE_MS,
	openResult,
	readRecord,
	takeLease,
	type WorkRecord,
	writeRecord,
	writeResult
} from '../store/lease';

/**
 * How work can fail.
 * - `ended`: permanently.
 * - `lost`: it may have been done.
 * - `refused`: permanently if it is refused twice; until then it counts as lost.
 * - `postponed`: it was not done, and can be retried.
 */
export type WorkFault = 'ended' | 'lost' | 'refused' | 'postponed';

export class WorkFailed extends Error {
	override readonly name = 'WorkFailed';

	/** How long to wait before a retry, in milliseconds. */
	readonly retryAfterMs: number;

	/** @param code the reason, for the log and for callers that wait; never a text from outside */
	constructor(
		readonly fault: WorkFault,
		readonly code: string,
		{ retryAfterMs = 0, ...options }: ErrorOptions & { readonly retryAfterMs?: number } = {}
	) {
		super(`${fault}: ${code}`, options);
		this.retryAfterMs = retryAfterMs;
	}
}

export interface OnceOptions {
	readonly store: Store;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Unix time in milliseconds. */
	readonly unixNow?: () => number;
	/** Calls back every `ms` milliseconds, until the returned function is called. */
	readonly every?: (ms: number, callBack: () => void) => () => void;
	/** How results are encoded; JSON if absent. */
	readonly codec?: Codec;
}

export interface Work {
	/** The secret that the work uses up, such as a refresh token. It names the work and seals its result. */
	readonly secret: string;
	/** Whether to repeat the work if an earlier attempt was lost. */
	readonly repeatLost: boolean;
	/**
	 * How long the result is stored for callers that are late or never received it, in milliseconds. A function is called
	 * when the work is done.
	 */
	readonly keepMs: number | (() => number);
	/** The name of earlier work whose result has been received, and how many milliseconds longer that result is stored. */
	readonly settles?: { readonly name: string; readonly keepMs: number } | undefined;
	/** @throws {WorkFailed} */
	readonly run: () => Promise<string>;
}

/**
 * If the repetition is lost too, more retries do no harm and may succeed. The pauses between them stay within these bounds.
 */
const MIN_COOLDOWN_MS = 1000;
const MAX_COOLDOWN_MS = 30_000;
/** The `atMs` of a record if the last attempt failed before anything was sent (`isUnsent`). */
const UNSENT = 0;
type Turn = { readonly result: string } | { readonly lease: Lease } | 'wait';

/**
 * Runs work once and shares the result with all callers of this process, and with other instances through the store. Work
 * is claimed with a compare-and-set, so that two callers can't both claim it.
 */
export function createOnce({
	store,
	now = () => performance.now(),
	unixNow = unixMs,
	every = everyInterval,
	codec
}: OnceOptions) {
	const inFlight = new Map<string, Promise<string>>();

	/** @param seenAtMs since when the store has contained `found`, as far as this caller knows */
	async function take(key: string, found: Entry | null, work: Work, seenAtMs: number): Promise<Turn> {
		const record = found && readRecord(found.text);
		if (record?.state === 'done') {
			const result = openResult(work.secret, record.sealed, codec);
			if (result !== null) return { result };
		}
		if (record?.state === 'ended') throw new WorkFailed('ended', record.code);
		const idleMs = Math.max(now() - seenAtMs, await writtenAgoMs(key, record));
		if (record?.state === 'running' && idleMs < LEASE_MS) return 'wait';
		const losses = lossesOf(record);
		const lostAgoMs = record?.state === 'running' ? idleMs - LEASE_MS : idleMs;
		const cooldownMs = isUnsent(record) ? 0 : cooldownAfter(losses) - lostAgoMs;
		const isCoolingDown = cooldownMs > 0;
		if (isCoolingDown || (losses > 0 && !work.repeatLost)) {
			// So that the next caller does not have to wait for the same lease to expire.
			const lost: WorkRecord = { state: 'lost', atMs: unixNow(), losses, ...refusalOf(record) };
			if (record?.state === 'running') await store.replace(key, found, writeRecord(lost), BEGUN_MS);
			if (!work.repeatLost) throw new WorkFailed('lost', 'begun_before');
			throw new WorkFailed('lost', 'lost_again', { retryAfterMs: cooldownMs });
		}
		const lease = await takeLease(
			key,
			found,
			{ losses, wasRefused: refusalOf(record).wasRefused === true },
			{ store, unixNow, every }
		);
		return lease ? { lease } : 'wait';
	}

	/**
	 * How long a record has been in the store unchanged, in milliseconds. It is measured by the store's clock, because the
	 * clocks of two instances are never compared. 0 for a lease of unknown age, which the caller then watches. If the store
	 * has no clock, the age of a loss is taken from the time that the instance wrote. A record with a lifetime that the
	 * portal did not set does not block the work.
	 */
	async function writtenAgoMs(key: string, record: WorkRecord | null): Promise<number> {
		if (record?.state !== 'running' && record?.state !== 'lost') return 0;
		const remainingMs = await store.remainingMs(key);
		const isKnown = remainingMs !== null && remainingMs <= BEGUN_MS;
		if (isKnown) return BEGUN_MS - remainingMs;
		if (record.state === 'running') return 0;
		return remainingMs === null ? Math.abs(unixNow() - record.atMs) : Infinity;
	}

	async function perform(key: string, lease: Lease, work: Work): Promise<string> {
		lease.startHeartbeat();
		try {
			const result = await work.run();
			await lease.end();
			const keepMs = typeof work.keepMs === 'number' ? work.keepMs : work.keepMs();
			await store.write(key, writeResult(work.secret, result, codec), keepMs).catch(() => {});
			if (work.settles && work.settles.name !== key)
				await shorten(work.settles.name, work.settles.keepMs).catch(() => {});
			return result;
		} catch (error) {
			await lease.end();
			const failed = failureOf(error, lease);
			await lease.release(outcomeOf(failed, lease, unixNow())).catch(() => {});
			throw failed;
		}
	}

	async function shorten(key: string, lifeMs: number): Promise<void> {
		const found = await store.read(key);
		if (found) await store.replace(key, found, found.text, lifeMs);
	}

	async function untilDone(key: string, work: Work): Promise<string> {
		let seen: { readonly text: string | undefined; readonly atMs: number } | undefined;
		for (;;) {
			// Subscribes before it reads, so that a change in between is not missed.
			const changed = store.changed(key, LEASE_MS / 10);
			const found = await store.read(key);
			if (!seen || seen.text !== found?.text) seen = { text: found?.text, atMs: now() };
			const turn = await take(key, found, work, seen.atMs);
			if (turn === 'wait') await changed;
			else return 'result' in turn ? turn.result : perform(key, turn.lease, work);
		}
	}

	return {
		/** The result of the work, which runs now, has run before, or is in flight elsewhere. */
		run: async (work: Work): Promise<string> => {
			const key = keyOf(work.secret);
			const running = inFlight.get(key);
			if (running) return running;
			const started = untilDone(key, work).finally(() => inFlight.delete(key));
			inFlight.set(key, started);
			return started;
		},

		/** The result if the work has been done and the result is still stored; otherwise null. Does not run the work. */
		peek: async (secret: string): Promise<string | null> => {
			const found = await store.read(keyOf(secret));
			const record = found && readRecord(found.text);
			return record?.state === 'done' ? openResult(secret, record.sealed, codec) : null;
		},

		/** Resolves when this process has no work in flight. */
		settled: async (): Promise<void> => {
			while (inFlight.size > 0) await Promise.allSettled(inFlight.values());
		},

		/** The name of a piece of work in the store. It reveals nothing about the secret. */
		nameOf: keyOf
	};
}

export type Once = ReturnType<typeof createOnce>;

/** An expired lease counts as a loss too: its holder has stopped, and may have done the work. */
function lossesOf(record: WorkRecord | null): number {
	if (record?.state === 'running') return record.losses + 1;
	return record?.state === 'lost' ? record.losses : 0;
}

/** The pause after that many losses, in milliseconds. It doubles with each loss. */
const cooldownAfter = (losses: number) =>
	losses < 2 ? 0 : Math.min(MAX_COOLDOWN_MS, MIN_COOLDOWN_MS * 2 ** (losses - 2));

/** Whether an earlier attempt was refused. The records of later attempts keep this flag. */
function refusalOf(record: WorkRecord | null): { wasRefused?: true } {
	const isRefused = (record?.state === 'running' || record?.state === 'lost') && record.wasRefused;
	return isRefused ? { wasRefused: true } : {};
}

/** Whether the last attempt failed before anything was sent, after earlier attempts were lost. */
const isUnsent = (record: WorkRecord | null) => record?.state === 'lost' && record.atMs === UNSENT;

/** The failure to report to callers that wait. A second refusal is permanent. */
function failureOf(error: unknown, { losses, wasRefused }: Attempts): unknown {
	if (!(error instanceof WorkFailed)) return error;
	if (error.fault === 'refused' && wasRefused) return new WorkFailed('ended', error.code, { cause: error });
	const retryAfterMs = error.fault === 'postponed' ? 0 : cooldownAfter(losses + 1);
	return new WorkFailed(error.fault, error.code, { cause: error.cause, retryAfterMs });
}

/** The record to store after a failure; null if the work counts as never started. */
function outcomeOf(error: unknown, { losses, wasRefused }: Attempts, atMs: number): WorkRecord | null {
	const { fault, code } = error instanceof WorkFailed ? error : { fault: 'lost', code: 'unknown' };
	if (fault === 'ended') return { state: 'ended', code };
	const refusal = wasRefused || fault === 'refused' ? { wasRefused: true } : {};
	if (fault !== 'postponed') return { state: 'lost', atMs, losses: losses + 1, ...refusal };
	return losses === 0 ? null : { state: 'lost', atMs: UNSENT, losses, ...refusal };
}
