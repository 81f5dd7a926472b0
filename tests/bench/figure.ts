/** One measured figure, as a line of the table that `npm run bench` prints. */
export interface Figure {
	readonly what: string;
	readonly value: number;
	readonly unit: string;
	/** What it has to be; a figure without is for information. */
	readonly target?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Takes one measurement of one build. */
export type Measure = (runtime: 'node' | 'deno') => Promise<readonly Figure[]>;

export function meetsTarget({ value, target }: Figure): boolean {
	if (target === undefined) return true;
	// A figure that could not be computed meets nothing: no comparison with NaN holds.
	return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}
