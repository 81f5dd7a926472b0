/** One measured figure, as a line of the table that `npm run bench` prints. */
export interface Figure {
	readonly what: string;
	readonly value: number;
	readonly unit: string;
	/** The least and the most of several runs, of which `value` is the median. */
	readonly spread?: readonly [least: number, most: number];
	/** What it has to be; a figure without is for information. */
	readonly target?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Takes one measurement of one build. */
export type Measure = (runtime: 'node' | 'deno') => Promise<readonly Figure[]>;

/** Whether a target is met; where there is a spread, by any of its runs. */
export function meetsTarget({ value, target, spread: [least, most] = [value, value] }: Figure): boolean {
	if (target === undefined) return true;
	// A figure that could not be computed meets nothing: no comparison with NaN holds.
	return 'atMost' in target ? least <= target.atMost : most >= target.atLeast;
}
