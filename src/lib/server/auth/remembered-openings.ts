/** A browser that asks every second brings the same cookies each time. */
const REMEMBERED_MS = 60_000;
/** About 10 kB for each of the largest, which hold tokens. */
const MOST_REMEMBERED = 2000;
/** A sealed text ends with its authentication tag of 16 bytes; to look for that costs less than to look for 4 kB. */
const TAG_CHARACTERS = 22;

interface Opening<Opened> {
	readonly text: string;
	readonly atMs: number;
	readonly opened: Promise<Opened>;
}

/**
 * Opens the same text once a minute, however many requests bring it: what a text holds never changes. Callers share what was
 * opened.
 * @param open never rejects
 * @param now Unix time in milliseconds
 */
export function rememberOpenings<Opened>(
	open: (text: string) => Promise<Opened>,
	now: () => number
): (text: string) => Promise<Opened> {
	// In the order in which they were opened, so that the sweep ends at the first that is young.
	const openings = new Map<string, Opening<Opened>>();

	function makeRoom(nowMs: number): void {
		for (const [tag, { atMs }] of openings) {
			if (openings.size < MOST_REMEMBERED && nowMs - atMs < REMEMBERED_MS) return;
			openings.delete(tag);
		}
	}

	return (text) => {
		const tag = text.slice(-TAG_CHARACTERS);
		const nowMs = now();
		const known = openings.get(tag);
		if (known?.text === text && nowMs - known.atMs < REMEMBERED_MS) return known.opened;
		const opening = { text, atMs: nowMs, opened: open(text) };
		openings.delete(tag);
		makeRoom(nowMs);
		openings.set(tag, opening);
		return opening.opened;
	};
}
