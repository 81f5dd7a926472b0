import type { Entry, Store } from '../store/store';
import { readRecord, type WorkRecord, writeRecord } from './record';
import { keyOf, openResult, sealResult } from './secret-box';

/** How work can fail. `ended`: for good. `lost`: perhaps it was done. `postponed`: it was not done, and may be tried again. */
export type WorkFault = 'ended' | 'lost' | 'postponed';

export class WorkFailed extends Error {
	override readonly name = 'WorkFailed';

	/** @param code why, for the log and for those who wait: never a text from outside */
	constructor(
		readonly fault: WorkFault,
		readonly code: string,
		options?: ErrorOptions
	) {
		super(`${fault}: ${code}`, options);
	}
}

export interface OnceOptions {
	readonly store: Store;
	/** Unix time in milliseconds. */
	readonly now?: () => number;
	/** Calls back every so many milliseconds until it is called off. */
	readonly every?: (ms: number, callBack: () => void) => () => void;
}

export interface Work {
	/** What the work uses up, such as a refresh token: names the work, and seals its result. */
	readonly secret: string;
	/** Whether to do it again when an earlier attempt was lost. */
	readonly repeatLost: boolean;
	/** How long late callers get the result without the work being done again. */
	readonly shareMs: number;
	/** @throws {WorkFailed} */
	readonly run: () => Promise<string>;
}

/** Without a sign of life for this long, whoever did the work is gone. */
const LEASE_MS = 10_000;
/** How long a lost attempt is remembered: longer than an access token lives. */
const LOST_MS = 24 * 60 * 60 * 1000;

type Turn = { readonly result: string } | { readonly mine: Entry } | 'wait';

/**
 * "Run once, share the result": across all callers of this process, and across instances through the store. Every
 * change in the store is a compare-and-set, so that two can't both believe it is their turn.
 */
export function createOnce({ store, now = Date.now, every = everyInterval }: OnceOptions) {
	const underWay = new Map<string, Promise<string>>();

	async function take(key: string, found: Entry | null, work: Work): Promise<Turn> {
		const record = found && readRecord(found.text);
		if (record?.state === 'done') {
			const result = await openResult(work.secret, record.sealed);
			if (result !== null) return { result };
		}
		if (record?.state === 'ended') throw new WorkFailed('ended', record.code);
		if (record?.state === 'running' && record.untilMs > now()) return 'wait';
		const wasBegun = record?.state === 'lost' || record?.state === 'running';
		if (wasBegun && !work.repeatLost) throw new WorkFailed('lost', 'begun_before');
		return claim(key, found);
	}

	async function claim(key: string, found: Entry | null): Promise<Turn> {
		const text = writeRecord({ state: 'running', holder: crypto.randomUUID(), untilMs: now() + LEASE_MS });
		if (!(await store.replace(key, found, text, LOST_MS))) return 'wait';
		const mine = await store.read(key);
		return mine?.text === text ? { mine } : 'wait';
	}

	/** Says "still at it" while the work runs, so that a slow answer is not taken for a lost one. */
	function keepAlive(key: string, mine: { entry: Entry }): () => void {
		return every(LEASE_MS / 3, () => {
			const record = readRecord(mine.entry.text);
			if (record?.state !== 'running') return;
			const text = writeRecord({ ...record, untilMs: now() + LEASE_MS });
			void store
				.replace(key, mine.entry, text, LOST_MS)
				.then(async (kept) => {
					const entry = kept ? await store.read(key) : null;
					if (entry?.text === text) mine.entry = entry;
				})
				.catch(() => {});
		});
	}

	async function perform(key: string, claimed: Entry, work: Work): Promise<string> {
		const mine = { entry: claimed };
		const stop = keepAlive(key, mine);
		const settle = (record: WorkRecord, lifeMs: number) =>
			store.write(key, writeRecord(record), lifeMs).catch(() => {});
		try {
			const result = await work.run();
			await settle({ state: 'done', sealed: await sealResult(work.secret, result) }, work.shareMs);
			return result;
		} catch (error) {
			const { fault, code } = error instanceof WorkFailed ? error : { fault: 'lost' as const, code: 'unknown' };
			if (fault === 'ended') await settle({ state: 'ended', code }, work.shareMs);
			if (fault === 'lost') await settle({ state: 'lost' }, LOST_MS);
			// An empty record: whoever comes next may try.
			if (fault === 'postponed') await store.write(key, '', 1).catch(() => {});
			throw error;
		} finally {
			stop();
		}
	}

	async function untilDone(key: string, work: Work): Promise<string> {
		for (;;) {
			const found = await store.read(key);
			const turn = await take(key, found, work);
			if (turn === 'wait') await store.changed(key, LEASE_MS / 10);
			else return 'result' in turn ? turn.result : perform(key, turn.mine, work);
		}
	}

	return {
		/** The result of the work: done now, done before, or done by somebody else at this moment. */
		async run(work: Work): Promise<string> {
			const key = await keyOf(work.secret);
			const running = underWay.get(key);
			if (running) return running;
			const started = untilDone(key, work).finally(() => underWay.delete(key));
			underWay.set(key, started);
			return started;
		},

		/** The result if the work has been done lately; null otherwise. */
		async peek(secret: string): Promise<string | null> {
			const found = await store.read(await keyOf(secret));
			const record = found && readRecord(found.text);
			return record?.state === 'done' ? openResult(secret, record.sealed) : null;
		}
	};
}

export type Once = ReturnType<typeof createOnce>;

function everyInterval(ms: number, callBack: () => void): () => void {
	const timer = setInterval(callBack, ms);
	return () => clearInterval(timer);
}
