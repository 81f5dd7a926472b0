type Factors = Readonly<Record<string, readonly unknown[]>>;

/** One value of each factor. */
export type Row<F extends Factors> = { readonly [Name in keyof F]: F[Name][number] };

/**
 * Combines factors so that every two values of two factors occur together in at least one row (all-pairs testing). This
 * takes far fewer rows than all combinations. Greedy and deterministic; in a tie, the values that have occurred together
 * least often are preferred.
 */
export function pairwise<const F extends Factors>(factors: F): Row<F>[] {
	const names = Object.keys(factors);
	const sizes = names.map((name) => factors[name]?.length ?? 0);
	const uncovered = new Set(allPairs(sizes));
	const meetings = new Map<string, number>();
	const rows: number[][] = [];

	for (const pair of uncovered) {
		const [factor = 0, value = 0, other = 0, otherValue = 0] = pair.split(' ').map(Number);
		const row = new Map([
			[factor, value],
			[other, otherValue]
		]);
		for (const [next, size] of sizes.entries()) if (!row.has(next)) row.set(next, bestValue(row, next, size));
		for (const met of pairsOf(row)) {
			uncovered.delete(met);
			meetings.set(met, (meetings.get(met) ?? 0) + 1);
		}
		rows.push(names.map((_name, index) => row.get(index) ?? 0));
	}
	return rows.map(
		(row) => Object.fromEntries(names.map((name, index) => [name, factors[name]?.[row[index] ?? 0]])) as Row<F>
	);

	function bestValue(row: ReadonlyMap<number, number>, factor: number, size: number): number {
		const candidates = Array.from({ length: size }, (_value, value) => {
			const pairs = [...row].map(([other, otherValue]) => pairKey(factor, value, other, otherValue));
			const gain = pairs.filter((pair) => uncovered.has(pair)).length;
			const met = pairs.reduce((sum, pair) => sum + (meetings.get(pair) ?? 0), 0);
			return { value, gain, met };
		});
		candidates.sort((a, b) => b.gain - a.gain || a.met - b.met || a.value - b.value);
		return candidates[0]?.value ?? 0;
	}
}

function allPairs(sizes: readonly number[]): string[] {
	const all = sizes.flatMap((size, factor) =>
		Array.from({ length: size }, (_value, value) => [factor, value] as const)
	);
	return all.flatMap(([factor, value]) =>
		all.filter(([other]) => other > factor).map(([other, otherValue]) => pairKey(factor, value, other, otherValue))
	);
}

const pairsOf = (row: ReadonlyMap<number, number>) =>
	[...row].flatMap(([factor, value], index) =>
		[...row].slice(index + 1).map(([other, otherValue]) => pairKey(factor, value, other, otherValue))
	);

/** The key is the same for both orders. */
function pairKey(factor: number, value: number, other: number, otherValue: number): string {
	return factor < other ? `${factor} ${value} ${other} ${otherValue}` : `${other} ${otherValue} ${factor} ${value}`;
}
