import type { Store } from '../store/store';
import { readRecord, type WorkRecord, writeRecord } from './record';

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
