import { describeCause } from '../error-fields';
import { DataLost, type SharedOnly, type Store, StoreUnavailable } from './store';

interface StoreHealthOptions {
	/**
	 * Writes a text to the shared store and reads it back.
	 * @returns false if the store has lost its data
	 * @throws if that fails
	 */
	readonly verify: () => Promise<boolean>;
	/** Reads something from the shared store. @throws if that fails */
	readonly read: () => Promise<unknown>;
	/**
	 * Runs after a write was read back following an outage or a loss of data, before the store counts as available.
	 * @param verifiedAtMs when the store was last known to work
	 * @throws to extend the outage
	 */
	readonly recover: (verifiedAtMs: number) => Promise<void>;
	/** Runs when the store has lost its data, before `recover`. */
	readonly onLoss: () => void;
	/** Runs after each successful check. */
	readonly onVerified: () => void;
	/** How often an available store is checked even if it is not used, in milliseconds; default: never. */
	readonly checkEveryMs?: number | undefined;
	/**
	 * Reports each change of availability, with the cause if the store became unavailable. During an outage, it also reports
	 * a cause that differs from the last one.
	 */
	readonly onChange: (isAvailable: boolean, cause?: unknown) => void;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
	/** Calls back after that many milliseconds; the returned function cancels it. */
	readonly after: (ms: number, callBack: () => void) => () => void;
}

/** How long a successful check is valid while the store is in use. */
const VERIFIED_MS = 1000;
/**
 * How often an unavailable store is checked. Revocations that it missed must reach the other instances within a second of
 * its recovery, and those may cache what they read for half of that time (`auth/revoked-sessions.ts`).
 */
const RETRY_MS = 250;
/** The minimum time between two causes of one outage that are reported: causes may alternate. */
export const REPORT_CAUSE_MS = 10_000;

type StoreHealth = ReturnType<typeof createStoreHealth>;

/**
 * Tracks whether the shared store works. Only a write that was read back proves that it does: a server that has become a
 * replica, has no memory left or is still loading may serve reads and reject every write.
 */
export function createStoreHealth({
	verify,
	read,
	recover,
	onLoss,
	onVerified,
	checkEveryMs,
	onChange,
	now,
	after
}: StoreHealthOptions) {
	let isAvailable = true;
	let isReadable = true;
	let isReported = false;
	let reported = { cause: '', atMs: -Infinity };
	let lastFailure: unknown;
	let verifiedAtMs = -Infinity;
	let inFlight: Promise<void> | undefined;
	let cancelNext = () => {};
	let isClosed = false;

	async function attempt(): Promise<void> {
		const [written, found] = await Promise.allSettled([verify(), read()]);
		// The read may have been sent before the connection was restored, so a successful write proves readability too.
		isReadable = written.status === 'fulfilled' || found.status === 'fulfilled';
		try {
			if (written.status === 'rejected') throw written.reason;
			const lastVerifiedAtMs = verifiedAtMs;
			verifiedAtMs = now();
			if (!written.value) onLoss();
			if (!isAvailable || !written.value) await recover(lastVerifiedAtMs);
			inFlight = undefined;
			isAvailable = true;
			if (isReported) onChange(true);
			isReported = false;
			onVerified();
			if (checkEveryMs !== undefined) checkLater(checkEveryMs);
		} catch (cause) {
			inFlight = undefined;
			isAvailable = false;
			lastFailure = cause;
			if (!isClosed) reportOutage(cause);
			isReported = true;
			checkLater(RETRY_MS);
		}
	}

	function reportOutage(error: unknown): void {
		const cause = describeCause(error);
		const isSame = cause === reported.cause || now() - reported.atMs < REPORT_CAUSE_MS;
		if (isReported && isSame) return;
		reported = { cause, atMs: now() };
		onChange(false, error);
	}

	function checkLater(ms: number): void {
		if (!isClosed) cancelNext = after(ms, () => void run());
	}

	/** Runs one check at a time. Concurrent callers share it. A check is over before it schedules the next one. */
	function run(): Promise<void> {
		if (inFlight) return inFlight;
		cancelNext();
		inFlight = attempt();
		return inFlight;
	}

	/**
	 * Whether the store works, once the check that a failed operation started has finished. One failure alone proves
	 * nothing: a process that was suspended finds all its time limits exceeded.
	 */
	async function settled(): Promise<boolean> {
		if (!isReported && !isAvailable) await inFlight;
		return isAvailable;
	}

	return {
		/** Whether the store accepts writes, as far as known. */
		isAvailable: () => isAvailable,

		/** Whether the store serves reads: always while it is available, and also while it only rejects writes. */
		isReadable: () => isReadable,

		/** What the last failed check failed with. */
		lastFailure: () => lastFailure,

		/** Reports that an operation failed. The store is not used until a check has shown whether it works. */
		failed: (): void => {
			if (isAvailable) isReadable = false;
			isAvailable = false;
			if (!isReported) void run();
		},

		/** Reports that a read failed while the store rejected writes. */
		readFailed: (): void => {
			isReadable = false;
		},

		/** Reports that the store is in use. It is then checked regularly in the background. */
		used: (): void => {
			if (isAvailable && now() - verifiedAtMs >= VERIFIED_MS) void run();
		},

		/** Checks an unavailable store immediately, for example after a reconnect. */
		retry: (): void => {
			if (!isAvailable) void run();
		},

		/** Checks immediately, because an operation has shown that the store has lost its data. */
		lossSeen: (): Promise<void> => run(),

		/** Whether the store works, by a check that is at most a second old or in flight. */
		check: async (): Promise<boolean> => {
			if (isAvailable && now() - verifiedAtMs >= VERIFIED_MS) await run();
			return settled();
		},

		settled,

		/** Resolves when no check is in flight. */
		idle: (): Promise<void> => inFlight ?? Promise.resolve(),

		close: (): void => {
			isClosed = true;
			cancelNext();
		}
	};
}

/**
 * The check that follows a failure may have started before it, and then proves nothing. The next failure starts another
 * check.
 */
export const MAX_TRIES = 3;

/** The shared store alone. Calls that fail are repeated as long as the store's checks succeed. */
export function createSharedOnly(shared: Store, health: StoreHealth): SharedOnly {
	async function read(key: string, tries = MAX_TRIES, failure?: unknown): ReturnType<Store['read']> {
		const isUp = await health.settled();
		if (tries === 0 || (!isUp && !health.isReadable())) throw new StoreUnavailable(failure ?? health.lastFailure());
		try {
			return await shared.read(key);
		} catch (error) {
			if (isUp) health.failed();
			else health.readFailed();
			return read(key, tries - 1, error);
		}
	}

	async function change<Result>(work: () => Promise<Result>, tries = MAX_TRIES, failure?: unknown): Promise<Result> {
		if (tries === 0 || !(await health.settled())) throw new StoreUnavailable(failure ?? health.lastFailure());
		try {
			return await work();
		} catch (error) {
			if (error instanceof DataLost) await health.lossSeen();
			else health.failed();
			return change(work, tries - 1, error);
		}
	}

	return {
		read(key) {
			health.used();
			return read(key);
		},
		replace(key, expected, text, lifeMs) {
			health.used();
			return change(() => shared.replace(key, expected, text, lifeMs));
		},
		write(key, text, lifeMs) {
			health.used();
			return change(() => shared.write(key, text, lifeMs));
		}
	};
}
