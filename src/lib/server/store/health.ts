export interface StoreHealthOptions {
	/**
	 * Writes a text to the shared store and reads it back.
	 * @returns false when the store has lost what it held
	 * @throws when that fails
	 */
	readonly verify: () => Promise<boolean>;
	/** Reads something from the shared store. @throws when that fails */
	readonly read: () => Promise<unknown>;
	/**
	 * Runs when a write was read back after an outage or a loss of data, before the store counts as available.
	 * @param verifiedAtMs when the store was last known to work
	 * @throws to prolong the outage
	 */
	readonly recover: (verifiedAtMs: number) => Promise<void>;
	/** Runs when the store has lost what it held, before `recover`. */
	readonly onLoss: () => void;
	/** Runs after each successful check. */
	readonly onVerified: () => void;
	/** How often an available store is checked although nobody uses it, in milliseconds; default: not. */
	readonly checkEveryMs?: number | undefined;
	/** Reports each change, with its cause when the store became unavailable. */
	readonly onChange: (isAvailable: boolean, cause?: unknown) => void;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
	/** Calls back after that many milliseconds; the result cancels it. */
	readonly after: (ms: number, callBack: () => void) => () => void;
}

/** How long a successful check is believed while the store is in use. */
const VERIFIED_MS = 1000;
/**
 * How often an unavailable store is tried. Revocations that it missed have to reach the other instances within a second
 * of its recovery, half of which those may cache what they read (`auth/revoked-sessions.ts`).
 */
const RETRY_MS = 250;

export type StoreHealth = ReturnType<typeof createStoreHealth>;

/**
 * Knows whether the shared store works. Only a write that was read back shows that it does: a server that has become a
 * replica, has no memory left or is still loading may serve reads and refuse every write.
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
	let verifiedAtMs = -Infinity;
	let inFlight: Promise<void> | undefined;
	let cancelNext = () => {};
	let isClosed = false;

	async function attempt(): Promise<void> {
		const [written, found] = await Promise.allSettled([verify(), read()]);
		// The read may have come before the connection was back.
		isReadable = written.status === 'fulfilled' || found.status === 'fulfilled';
		try {
			if (written.status === 'rejected') throw written.reason;
			const lastVerifiedAtMs = verifiedAtMs;
			verifiedAtMs = now();
			if (!written.value) onLoss();
			if (!isAvailable || !written.value) await recover(lastVerifiedAtMs);
			isAvailable = true;
			if (isReported) onChange(true);
			isReported = false;
			onVerified();
			if (checkEveryMs !== undefined) checkLater(checkEveryMs);
		} catch (cause) {
			isAvailable = false;
			if (!isReported && !isClosed) onChange(false, cause);
			isReported = true;
			checkLater(RETRY_MS);
		}
	}

	function checkLater(ms: number): void {
		if (!isClosed) cancelNext = after(ms, () => void run());
	}

	/** One check at a time, shared by everybody who wants one. */
	function run(): Promise<void> {
		cancelNext();
		inFlight ??= attempt().finally(() => (inFlight = undefined));
		return inFlight;
	}

	/**
	 * Whether the store works, once the check that a failed operation began has shown it. One failure alone proves nothing: a
	 * process that was suspended finds all its time limits reached.
	 */
	async function settled(): Promise<boolean> {
		if (!isReported && !isAvailable) await inFlight;
		return isAvailable;
	}

	return {
		/** Whether the store takes writes, as far as is known. */
		isAvailable: () => isAvailable,

		/** Whether the store serves reads: always while it is available, and also when it only refuses writes. */
		isReadable: () => isReadable,

		/** Reports that an operation failed. The store is left alone until a check has shown whether it works. */
		failed: (): void => {
			if (isAvailable) isReadable = false;
			isAvailable = false;
			if (!isReported) void run();
		},

		/** Reports that a read failed while the store took no writes. */
		readFailed: (): void => {
			isReadable = false;
		},

		/** Reports that the store is in use: then it is checked from time to time, in the background. */
		used: (): void => {
			if (isAvailable && now() - verifiedAtMs >= VERIFIED_MS) void run();
		},

		/** Checks at once, such as after a reconnect. */
		retry: (): void => {
			if (!isAvailable) void run();
		},

		/** Checks at once, because an operation has shown that the store has lost what it held. */
		lossSeen: (): Promise<void> => run(),

		/** Whether the store works: by a check at most a second old, or the one in flight. */
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
