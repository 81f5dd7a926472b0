import { unixMs } from '../clock';
import type { Entry, Store } from '../store/store';
import {
	type Attempts,
	BEGUN_MS,
	type Lease,
	LEASE_MS,
	readRecord,
	takeLease,
	type WorkRecord,
	writeRecord
} from '../store/lease';
import { keyOf, openResult, sealResult } from './sealed-result';

/**
 * How work can fail. `ended`: for good. `lost`: perhaps it was done. `refused`: for good if it is refused twice; until then it
 * counts as lost. `postponed`: it was not done, and may be tried again.
 */
export type WorkFault = 'ended' | 'lost' | 'refused' | 'postponed';

export class WorkFailed extends Error {
	override readonly name = 'WorkFailed';

	/** When it may be tried again, at the earliest. */
	readonly retryAfterMs: number;

	/** @param code why, for the log and for those who wait: never a text from outside */
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
	/** Calls back every so many milliseconds until it is called off. */
	readonly every?: (ms: number, callBack: () => void) => () => void;
}

export interface Work {
	/** What the work uses up, such as a refresh token: names the work, and seals its result. */
	readonly secret: string;
	/** Whether to do it again when an earlier attempt was lost. */
	readonly repeatLost: boolean;
	/** How long the result is kept for those who come late, or never got it. A function is called when the work is done. */
	readonly keepMs: number | (() => number);
	/** Earlier work, by its name, whose result has reached whoever needed it, and how much longer it is kept all the same. */
	readonly settles?: { readonly name: string; readonly keepMs: number } | undefined;
	/** @throws {WorkFailed} */
	readonly run: () => Promise<string>;
}

/** After the repetition is lost as well, retrying is harmless and may succeed. */
const MIN_REST_MS = 1000;
const MAX_REST_MS = 30_000;
/** In place of the time of a loss. */
const UNSENT = 0;
type Turn = { readonly result: string } | { readonly lease: Lease } | 'wait';

/**
 * "Run once, share the result": across all callers of this process, and across instances through the store. Every
 * change in the store is a compare-and-set, so that two can't both believe it is their turn.
 */
export function createOnce({
	store,
	now = () => performance.now(),
	unixNow = unixMs,
	every = everyInterval
}: OnceOptions) {
	const underWay = new Map<string, Promise<string>>();

	/** @param seenAtMs since when the store has held what was found, as far as this caller knows */
	async function take(key: string, found: Entry | null, work: Work, seenAtMs: number): Promise<Turn> {
		const record = found && readRecord(found.text);
		if (record?.state === 'done') {
			const result = await openResult(work.secret, record.sealed);
			if (result !== null) return { result };
		}
		if (record?.state === 'ended') throw new WorkFailed('ended', record.code);
		const idleMs = Math.max(now() - seenAtMs, await writtenAgoMs(key, record));
		if (record?.state === 'running' && idleMs < LEASE_MS) return 'wait';
		const losses = lossesOf(record);
		const lostAgoMs = record?.state === 'running' ? idleMs - LEASE_MS : idleMs;
		const restMs = isUnsent(record) ? 0 : restAfter(losses) - lostAgoMs;
		const rests = restMs > 0;
		if (rests || (losses > 0 && !work.repeatLost)) {
			// The next one need not wait for the same lease to run out.
			const lost: WorkRecord = { state: 'lost', atMs: unixNow(), losses, ...refusalOf(record) };
			if (record?.state === 'running') await store.replace(key, found, writeRecord(lost), BEGUN_MS);
			if (!work.repeatLost) throw new WorkFailed('lost', 'begun_before');
			throw new WorkFailed('lost', 'lost_again', { retryAfterMs: restMs });
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
	 * How long a record has stood in the store unchanged: by the store's clock, since the clocks of two instances are never
	 * compared. 0 for a lease whose age is unknown: it is watched. Where the store has no clock, the age of a loss is taken
	 * from the time that its instance wrote. A life that the portal did not set does not block the work.
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
		lease.keepUp();
		try {
			const result = await work.run();
			await lease.end();
			const sealed = await sealResult(work.secret, result);
			const keepMs = typeof work.keepMs === 'number' ? work.keepMs : work.keepMs();
			await store.write(key, writeRecord({ state: 'done', sealed }), keepMs).catch(() => {});
			if (work.settles && work.settles.name !== key)
				await shorten(work.settles.name, work.settles.keepMs).catch(() => {});
			return result;
		} catch (error) {
			await lease.end();
			const failed = failureOf(error, lease);
			await lease.giveBack(outcomeOf(failed, lease, unixNow())).catch(() => {});
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
			// Listens before it reads: a change in between counts.
			const changed = store.changed(key, LEASE_MS / 10);
			const found = await store.read(key);
			if (!seen || seen.text !== found?.text) seen = { text: found?.text, atMs: now() };
			const turn = await take(key, found, work, seen.atMs);
			if (turn === 'wait') await changed;
			else return 'result' in turn ? turn.result : perform(key, turn.lease, work);
		}
	}

	return {
		/** The result of the work: done now, done before, or done by somebody else at this moment. */
		run: async (work: Work): Promise<string> => {
			const key = await keyOf(work.secret);
			const running = underWay.get(key);
			if (running) return running;
			const started = untilDone(key, work).finally(() => underWay.delete(key));
			underWay.set(key, started);
			return started;
		},

		/** The result if the work has been done lately; null otherwise. */
		peek: async (secret: string): Promise<string | null> => {
			const found = await store.read(await keyOf(secret));
			const record = found && readRecord(found.text);
			return record?.state === 'done' ? openResult(secret, record.sealed) : null;
		},

		/** Resolves when no work of this process is under way any more. */
		settled: async (): Promise<void> => {
			while (underWay.size > 0) await Promise.allSettled(underWay.values());
		},

		/** What a piece of work is called in the store, which tells nothing of its secret. */
		nameOf: keyOf
	};
}

export type Once = ReturnType<typeof createOnce>;

/** A lease that ran out is a loss too: whoever held it is gone, and may have done the work. */
function lossesOf(record: WorkRecord | null): number {
	if (record?.state === 'running') return record.losses + 1;
	return record?.state === 'lost' ? record.losses : 0;
}

/** How long nothing is tried after so many losses: twice as long after each. */
const restAfter = (losses: number) => (losses < 2 ? 0 : Math.min(MAX_REST_MS, MIN_REST_MS * 2 ** (losses - 2)));

/** That an earlier attempt was refused, as records of later attempts carry it on. */
function refusalOf(record: WorkRecord | null): { wasRefused?: true } {
	const isRefused = (record?.state === 'running' || record?.state === 'lost') && record.wasRefused;
	return isRefused ? { wasRefused: true } : {};
}

/** Whether the last attempt failed before anything was sent, after earlier ones were lost. */
const isUnsent = (record: WorkRecord | null) => record?.state === 'lost' && record.atMs === UNSENT;

/** The failure that those who wait learn of: a second refusal is the end. */
function failureOf(error: unknown, { losses, wasRefused }: Attempts): unknown {
	if (!(error instanceof WorkFailed)) return error;
	if (error.fault === 'refused' && wasRefused) return new WorkFailed('ended', error.code, { cause: error });
	const retryAfterMs = error.fault === 'postponed' ? 0 : restAfter(losses + 1);
	return new WorkFailed(error.fault, error.code, { cause: error.cause, retryAfterMs });
}

/** What a failure leaves behind; null: as if the work had never begun. */
function outcomeOf(error: unknown, { losses, wasRefused }: Attempts, atMs: number): WorkRecord | null {
	const { fault, code } = error instanceof WorkFailed ? error : { fault: 'lost', code: 'unknown' };
	if (fault === 'ended') return { state: 'ended', code };
	const refusal = wasRefused || fault === 'refused' ? { wasRefused: true } : {};
	if (fault !== 'postponed') return { state: 'lost', atMs, losses: losses + 1, ...refusal };
	return losses === 0 ? null : { state: 'lost', atMs: UNSENT, losses, ...refusal };
}

function everyInterval(ms: number, callBack: () => void): () => void {
	const timer = setInterval(callBack, ms);
	return () => clearInterval(timer);
}
