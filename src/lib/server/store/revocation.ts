/**
 * Which sessions of a person, of a sign-in at the STS, or of everybody have ended: those that began at `untilMs` or earlier.
 * One of them can be exempt. Times are in Unix milliseconds.
 */
export interface Revocation {
	readonly untilMs: number;
	/** This session has ended only if it began at `endedUntilMs` or earlier: another revocation covers it until then. */
	readonly exempt?: { readonly id: string; readonly endedUntilMs: number };
}

/** No session has ended. */
export const NO_REVOCATION: Revocation = { untilMs: -Infinity };

/** Reads a stored text: a time, or a time with the exempt session. Null for any other text. */
export function readRevocation(text: string): Revocation | null {
	const found = /^(\d{1,16})(?: (\d{1,16}) ([\w-]{1,64}))?$/.exec(text);
	if (!found) return null;
	const [untilMs, endedUntilMs, id] = [Number(found[1]), Number(found[2]), found[3]];
	if (id === undefined) return { untilMs };
	return endedUntilMs < untilMs ? { untilMs, exempt: { id, endedUntilMs } } : null;
}

export function writeRevocation({ untilMs, exempt }: Revocation): string {
	return exempt ? `${untilMs} ${exempt.endedUntilMs} ${exempt.id}` : `${untilMs}`;
}

/** Whether a session that began at `startMs` has ended. */
export function isCovered({ untilMs, exempt }: Revocation, id: string, startMs: number): boolean {
	return startMs <= (exempt?.id === id ? exempt.endedUntilMs : untilMs);
}

/** The sessions that either of two revocations ends, exactly. The order of the two makes no difference. */
export function unionOf(one: Revocation, other: Revocation): Revocation {
	const [earlier, later] = one.untilMs <= other.untilMs ? [one, other] : [other, one];
	if (!later.exempt) return later;
	const { id, endedUntilMs } = later.exempt;
	const endedEarlierMs = earlier.exempt?.id === id ? earlier.exempt.endedUntilMs : earlier.untilMs;
	const untilMs = Math.max(endedUntilMs, endedEarlierMs);
	return untilMs < later.untilMs
		? { untilMs: later.untilMs, exempt: { id, endedUntilMs: untilMs } }
		: { untilMs: later.untilMs };
}
