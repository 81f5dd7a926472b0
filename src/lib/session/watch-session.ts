/** People are warned this long before the absolute end of their session. */
export const WARNING_MS = 2 * 60_000;

export interface SessionWatch {
	/** Unix milliseconds. */
	readonly endsAtMs: number;
	/** Resolves after so many milliseconds, or sooner when there is reason to look; never rejects. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** False when the portal says that nobody is signed in; true also when it can't be asked. */
	readonly isSignedIn: (signal: AbortSignal) => Promise<boolean>;
	readonly onEnding: () => void;
	readonly onEnded: () => void;
	readonly now?: () => number;
}

/** Follows a session to its end: warns before it, and notices a sign-out in another tab. Ends by itself, or by `signal`. */
export async function watchSession(watch: SessionWatch, signal: AbortSignal): Promise<void> {
	const { endsAtMs, pause, isSignedIn, onEnding, onEnded, now = Date.now } = watch;
	let isWarned = false;
	while (now() < endsAtMs) {
		const leftMs = endsAtMs - now();
		if (leftMs <= WARNING_MS && !isWarned) {
			isWarned = true;
			onEnding();
		}
		await pause(isWarned ? leftMs : leftMs - WARNING_MS, signal);
		if (signal.aborted) return;
		if (now() < endsAtMs && !(await isSignedIn(signal))) break;
	}
	onEnded();
}
