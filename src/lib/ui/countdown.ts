/** The last announcements, in seconds before the end. Before these, there is one at each whole minute. */
const lastMarksSeconds = [20, 40, 60] as const;

/**
 * The mark of the last announcement: the smallest mark (20, 40, 60 s, then each minute) that is not less than the time
 * left. It changes when the time left passes a mark.
 */
export function spokenMarkSeconds(leftSeconds: number): number {
	return lastMarksSeconds.find((mark) => leftSeconds <= mark) ?? Math.ceil(leftSeconds / 60) * 60;
}

/** Time left as `m:ss`. */
export function clockDigits(leftSeconds: number): string {
	const seconds = Math.max(0, Math.floor(leftSeconds));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
