/** People are warned this long before the absolute end of their session. */
export const WARNING_MS = 2 * 60_000;

export interface SessionWatch {
	/** Milliseconds until the end, as the server said when the page was drawn. */
	readonly expiresInMs: number;
	/** Resolves after so many milliseconds, or sooner when there is reason to look; never rejects. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Milliseconds until the end; 0 when nobody is signed in, null when the portal can't be reached. Never rejects. */
	readonly readRemainingMs: (signal: AbortSignal) => Promise<number | null>;
	/** Called when the warning has to appear, or to go because the session lasts longer after all. */
	readonly onWarning: (isEnding: boolean) => void;
	readonly onEnded: () => void;
	/** Milliseconds of a clock that only goes forward. It may stop during suspend: the server is read after each pause. */
	readonly now?: () => number;
}

/**
 * Follows a session to its end: warns before it, and notices a sign-out in another tab. The browser's clock is never used,
 * for it may be wrong by hours. Resolves at the end, or when `signal` aborts.
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
