/** One measured figure, as a line of the table that `npm run bench` prints. */
export interface Figure {
	readonly what: string;
	readonly value: number;
	readonly unit: string;
	/** The lowest and the highest value of several runs, of which `value` is the median. */
	readonly spread?: readonly [lowest: number, highest: number];
	/** The limit that the figure must meet; a figure without a target is for information. */
	readonly target?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Takes one measurement of one build. */
export type Measure = (runtime: 'node' | 'deno') => Promise<readonly Figure[]>;

/** Whether the target is met. With a spread, it is met if any run meets it. */
export function meetsTarget({ value, target, spread: [lowest, highest] = [value, value] }: Figure): boolean {
	if (target === undefined) return true;
	// A figure that could not be computed (NaN) does not meet its target.
	return 'atMost' in target ? lowest <= target.atMost : highest >= target.atLeast;
}
