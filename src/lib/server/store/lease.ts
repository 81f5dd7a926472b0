import * as v from 'valibot';
import { type Codec, createSeal, SEAL_BYTES, sha256 } from '../seal';
import { MAX_VALUE_CHARACTERS, type Store } from './store';

/** A lease without a heartbeat for this long counts as abandoned. */
export const LEASE_MS = 10_000;
/** How long started work stays recorded: longer than the lifetime of an access token. */
export const BEGUN_MS = 24 * 60 * 60 * 1000;
const MAX_REPLACE_TRIES = 3;

/** The history of earlier attempts. */
export interface Attempts {
	/** How many attempts were lost. */
	readonly losses: number;
	/** Whether one was refused for a reason that may be temporary. */
	readonly wasRefused: boolean;
}

/** A lease on one piece of work. */
export interface Lease extends Attempts {
	/** Starts the heartbeat, so that slow work does not count as lost. */
	startHeartbeat(): void;
	/** Stops the heartbeat. Resolves when it has finished its last write. */
	end(): Promise<void>;
	/** Replaces the lease with an outcome, or removes it (null), unless another holder has taken over. */
	release(outcome: WorkRecord | null): Promise<void>;
}

interface LeaseOptions {
	readonly store: Store;
	/** Unix time in milliseconds. */
	readonly unixNow: () => number;
	readonly every: (ms: number, callBack: () => void) => () => void;
}

/**
 * Takes the lease on a piece of work.
 * @param expected the entry that was read from the store
 * @returns null if the store contains something else now
 */
export async function takeLease(
	key: string,
	expected: Awaited<ReturnType<Store['read']>>,
	{ losses, wasRefused }: Attempts,
	{ store, unixNow, every }: LeaseOptions
): Promise<Lease | null> {
	const holder = crypto.randomUUID();
	// Version 1.0.0 decides by `untilMs` whether a lease is abandoned; this version by how long the record has been
	// unchanged.
	const signOfLife = () =>
		writeRecord({ state: 'running', holder, untilMs: unixNow() + LEASE_MS, losses, ...(wasRefused && { wasRefused }) });
	let cancel = () => {};
	let lastBeat = Promise.resolve();
	if (!(await store.replace(key, expected, signOfLife(), BEGUN_MS))) return null;

	/** Retries if the entry changed meanwhile and is still this holder's: a store that lost its data gets it again. */
	async function replaceMine(text: string, lifeMs: number): Promise<void> {
		for (let tries = MAX_REPLACE_TRIES; tries > 0; tries--) {
			const found = await store.read(key);
			const record = found && readRecord(found.text);
			if (record?.state !== 'running' || record.holder !== holder) return;
			if (await store.replace(key, found, text, lifeMs)) return;
		}
	}

	return {
		losses,
		wasRefused,
		startHeartbeat() {
			cancel = every(LEASE_MS / 3, () => {
				lastBeat = lastBeat.then(() => replaceMine(signOfLife(), BEGUN_MS)).catch(() => {});
			});
		},
		end() {
			cancel();
			return lastBeat;
		},
		// An empty text is not a record, so the next caller may try.
		release: (outcome) => (outcome ? replaceMine(writeRecord(outcome), BEGUN_MS) : replaceMine('', 1))
	};
}

/** How many attempts at this work have been lost. */
const losses = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Whether one of them was refused for a reason that may be temporary. */
const wasRefused = v.optional(v.boolean());

/**
 * The record of one piece of work in the store.
 * - `running`: it is in progress; the holder updates the record before `untilMs`.
 * - `done`: it has succeeded; contains the sealed result.
 * - `ended`: it has failed permanently, with a code.
 * - `lost`: it was started, and its outcome is unknown; last at `atMs`.
 */
const WorkRecord = v.variant('state', [
	v.object({ state: v.literal('running'), holder: v.string(), untilMs: v.number(), losses, wasRefused }),
	v.object({ state: v.literal('done'), sealed: v.string() }),
	v.object({ state: v.literal('ended'), code: v.string() }),
	v.object({ state: v.literal('lost'), atMs: v.number(), losses, wasRefused })
]);
export type WorkRecord = v.InferOutput<typeof WorkRecord>;

export function writeRecord(record: WorkRecord): string {
	return JSON.stringify(record);
}

/** Null for text that is not a record: the work then counts as never started. */
export function readRecord(text: string): WorkRecord | null {
	try {
		const parsed = v.safeParse(WorkRecord, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

/**
 * How far the work has progressed, to compare two records of the same work. Each loss counts as progress, and an attempt
 * counts as further than the loss before it. -1 if there is no record.
 */
export function progressOf(record: WorkRecord | null): number {
	switch (record?.state) {
		case 'done':
			return Infinity;
		case 'ended':
			return Number.MAX_VALUE;
		case 'running':
			return 2 * record.losses + 1;
		case 'lost':
			return 2 * record.losses;
		default:
			return -1;
	}
}

const PURPOSE = 'result of work done once';

/** The name of a piece of work in the store. It reveals nothing about the secret that it is derived from. */
export function keyOf(secret: string): string {
	return `once:${sha256(`once ${secret}`)}`;
}

/** Maximum size of an encoded result: sealed, in its record, it is as long as a value may be. */
export const MAX_RESULT_BYTES =
	Math.floor(((MAX_VALUE_CHARACTERS - writeRecord({ state: 'done', sealed: '' }).length) * 3) / 4) - SEAL_BYTES;

/**
 * The record of work that is done. The result is sealed with a key that only holders of the secret can derive, so that the
 * content of the store alone is worthless. With a result that is too large for the store, the work ends for all other
 * callers: without a record they would wait until the lease is over, and do the work again.
 * @param codec how the result is encoded
 */
export function writeResult(secret: string, result: string, codec?: Codec): string {
	const sealed = createSeal([secret], PURPOSE, codec).seal(result);
	const text = writeRecord({ state: 'done', sealed });
	return text.length <= MAX_VALUE_CHARACTERS ? text : writeRecord({ state: 'ended', code: 'result_too_large' });
}

export function openResult(secret: string, sealed: string, codec?: Codec): string | null {
	const opened = createSeal([secret], PURPOSE, codec).open(sealed);
	return typeof opened?.value === 'string' ? opened.value : null;
}
