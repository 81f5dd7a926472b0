import * as v from 'valibot';

/** How many attempts at this work have been lost so far. */
const losses = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Whether one of them was refused for a reason that may pass. */
const wasRefused = v.optional(v.boolean());

/**
 * What stands in the store for one piece of work.
 * `running`: somebody does it, and says so anew until `untilMs` at the latest. `done`: its sealed result.
 * `ended`: it failed for good, by a code. `lost`: it was begun, and nobody knows how it ended; last at `atMs`.
 */
const WorkRecord = v.variant('state', [
	v.object({ state: v.literal('running'), holder: v.string(), untilMs: v.number(), losses, wasRefused }),
	v.object({ state: v.literal('done'), sealed: v.string() }),
	v.object({ state: v.literal('ended'), code: v.string() }),
	v.object({ state: v.literal('lost'), atMs: v.number(), losses, wasRefused })
]);
export type WorkRecord = v.InferOutput<typeof WorkRecord>;

export function writeRecord(record: WorkRecord): string {
	return JSON.stringify(record);
}

/** Null for what is none of ours: then the work counts as never begun. */
export function readRecord(text: string): WorkRecord | null {
	try {
		const parsed = v.safeParse(WorkRecord, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

/**
 * How far the work has got, to compare two records of the same work: every loss leads further, and an attempt at work that was
 * lost leads further than the loss. -1 for no record.
 */
export function progressOf(record: WorkRecord | null): number {
	switch (record?.state) {
		case 'done':
			return Infinity;
		case 'ended':
			return Number.MAX_VALUE;
		case 'running':
			return 2 * record.losses + 1;
		case 'lost':
			return 2 * record.losses;
		default:
			return -1;
	}
}
