/** The times of the announcements, in seconds before the end. From the first of them on, the page counts down. */
const marksSeconds = [20, 60, 120] as const;

/** From this time on, the page shows the seconds and says how to get more time. */
export const WARNING_SECONDS = 120;

/**
 * The mark of the last announcement: the smallest of 20, 60 and 120 s that is not less than the time left. It changes when the
 * time left passes a mark. Infinity before the first one.
 */
export function spokenMarkSeconds(leftSeconds: number): number {
	return marksSeconds.find((mark) => leftSeconds <= mark) ?? Infinity;
}

/** Time left as `m:ss`. */
export function clockDigits(leftSeconds: number): string {
	const seconds = Math.max(0, Math.floor(leftSeconds));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
