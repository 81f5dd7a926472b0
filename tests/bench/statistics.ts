/** The value that this share of all values does not exceed (nearest rank); `NaN` if there are no values. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
	return percentile(values, 0.5);
}

/** The median of several runs, with the lowest and the highest value. */
export interface Spread {
	readonly value: number;
	readonly spread: readonly [lowest: number, highest: number];
}

export function spreadOf(values: readonly number[]): Spread {
	return { value: median(values), spread: [Math.min(...values), Math.max(...values)] };
}
