/** People are warned this long before the end of their session. */
export const WARNING_MS = 2 * 60_000;

export interface SessionWatch {
	/** Milliseconds until the end, at the time the server rendered the page. */
	readonly expiresInMs: number;
	/** Resolves after `ms` milliseconds, or earlier if the session should be checked; never rejects. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Milliseconds until the end; 0 if nobody is signed in, null if the portal is unreachable. Never rejects. */
	readonly readRemainingMs: (signal: AbortSignal) => Promise<number | null>;
	/** Called when the warning has to appear, or to disappear because the session lasts longer after all. */
	readonly onWarning: (isEnding: boolean) => void;
	readonly onEnded: () => void;
	/** A monotonic clock in milliseconds. It may stop during suspend: the server is read after each pause. */
	readonly now?: () => number;
}

/**
 * Follows a session until it ends: warns before the end, and detects a sign-out in another tab. The browser's wall clock is
 * never used, because it may be wrong by hours. Resolves at the end, or when `signal` aborts.
 */
export async function watchSession(watch: SessionWatch, signal: AbortSignal): Promise<void> {
	const { expiresInMs, pause, readRemainingMs, onWarning, onEnded, now = () => performance.now() } = watch;
	let endsAtMs = now() + expiresInMs;
	let isWarned = false;
	for (let leftMs = expiresInMs; leftMs > 0; leftMs = endsAtMs - now()) {
		const isEnding = leftMs <= WARNING_MS;
		if (isEnding !== isWarned) onWarning(isEnding);
		isWarned = isEnding;
		await pause(isEnding ? leftMs : leftMs - WARNING_MS, signal);
		const remainingMs = signal.aborted ? null : await readRemainingMs(signal);
		if (signal.aborted) return;
		if (remainingMs !== null) endsAtMs = now() + remainingMs;
	}
	onEnded();
}
