import type { Store } from './store';
import * as v from 'valibot';

/** A lease without a heartbeat for this long counts as abandoned. */
export const LEASE_MS = 10_000;
/** How long begun work is remembered: longer than an access token lives. */
export const BEGUN_MS = 24 * 60 * 60 * 1000;

/** What came before an attempt. */
export interface Attempts {
	/** How many attempts were lost. */
	readonly losses: number;
	/** Whether one was refused for a reason that may pass. */
	readonly wasRefused: boolean;
}

/** A lease on one piece of work. */
export interface Lease extends Attempts {
	/** Starts the heartbeat, so that slow work is not taken for lost work. */
	keepUp(): void;
	/** Stops the heartbeat; the lease writes nothing afterwards. */
	end(): Promise<void>;
	/** Puts an outcome in the lease's place, unless somebody else has taken over. */
	giveBack(outcome: WorkRecord | null): Promise<void>;
}

interface LeaseOptions {
	readonly store: Store;
	/** Unix time in milliseconds. */
	readonly unixNow: () => number;
	readonly every: (ms: number, callBack: () => void) => () => void;
}

/**
 * Takes hold of a piece of work.
 * @param expected what stood in the store; null is answered when something else stands there by now
 */
export async function takeLease(
	key: string,
	expected: Awaited<ReturnType<Store['read']>>,
	{ losses, wasRefused }: Attempts,
	{ store, unixNow, every }: LeaseOptions
): Promise<Lease | null> {
	const holder = crypto.randomUUID();
	// Version 1.0.0 judges a lease by `untilMs`; this one by how long the record has not changed.
	const signOfLife = () =>
		writeRecord({ state: 'running', holder, untilMs: unixNow() + LEASE_MS, losses, ...(wasRefused && { wasRefused }) });
	let callOff = () => {};
	let renewal = Promise.resolve();
	if (!(await store.replace(key, expected, signOfLife(), BEGUN_MS))) return null;

	async function replaceMine(text: string, lifeMs: number): Promise<void> {
		const found = await store.read(key);
		const record = found && readRecord(found.text);
		if (record?.state === 'running' && record.holder === holder) await store.replace(key, found, text, lifeMs);
	}

	return {
		losses,
		wasRefused,
		keepUp() {
			callOff = every(LEASE_MS / 3, () => {
				renewal = renewal.then(() => replaceMine(signOfLife(), BEGUN_MS)).catch(() => {});
			});
		},
		end() {
			callOff();
			return renewal;
		},
		// An empty text is no record: whoever comes next may try.
		giveBack: (outcome) => (outcome ? replaceMine(writeRecord(outcome), BEGUN_MS) : replaceMine('', 1))
	};
}

/** How many attempts at this work have been lost so far. */
const losses = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Whether one of them was refused for a reason that may pass. */
const wasRefused = v.optional(v.boolean());

/**
 * What stands in the store for one piece of work.
 * `running`: somebody does it, and says so anew until `untilMs` at the latest. `done`: its sealed result.
 * `ended`: it failed for good, by a code. `lost`: it was begun, and nobody knows how it ended; last at `atMs`.
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

/** Null for what is none of ours: then the work counts as never begun. */
export function readRecord(text: string): WorkRecord | null {
	try {
		const parsed = v.safeParse(WorkRecord, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

/**
 * How far the work has got, to compare two records of the same work: every loss leads further, and an attempt at work that was
 * lost leads further than the loss. -1 for no record.
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
