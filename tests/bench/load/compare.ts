import { type Spread, spreadOf } from '../statistics.ts';
import { type Load, load, type LoadResult } from './http-load.ts';

const ROUNDS = 5;
const SECONDS = 2;
const WARM_UP_SECONDS = 2;
/**
 * All connections send their first request at the same moment, a few seconds after the last request of the previous round. Until then
 * the responses that the portal cached have expired, so it reads all of them at once, and again when they expire. On a slow machine,
 * these reads are the slowest hundredth of two seconds. In production, clients do not start at the same moment.
 */
const RAMP_UP_SECONDS = 0.5;

/**
 * Loads several servers in turns, so that other work of the machine affects all of them equally. Returns the results of each, one per
 * round.
 */
export async function compare<Side extends string>(
	sides: Readonly<Record<Side, Load>>
): Promise<Record<Side, readonly LoadResult[]>> {
	const names = Object.keys(sides) as Side[];
	const results = {} as Record<Side, LoadResult[]>;
	for (const name of names) {
		results[name] = [];
		await load({ ...sides[name], seconds: WARM_UP_SECONDS });
	}
	for (let round = 0; round < ROUNDS; round++) {
		for (const name of names)
			results[name].push(await load({ ...sides[name], seconds: SECONDS, rampUpSeconds: RAMP_UP_SECONDS }));
	}
	return results;
}

const PAIRS = 5;

/** Loads two servers in turns. Returns the responses per second of each, and the ratio of each pair of runs. */
export async function comparePairs(
	ours: Load,
	theirs: Load
): Promise<{ readonly ours: Spread; readonly theirs: Spread; readonly ratio: Spread }> {
	for (const side of [ours, theirs]) await load({ ...side, seconds: WARM_UP_SECONDS });
	const rate = async (side: Load) => (await load({ ...side, seconds: SECONDS })).perSecond;
	const pairs: { ours: number; theirs: number }[] = [];
	for (let pair = 0; pair < PAIRS; pair++) pairs.push({ ours: await rate(ours), theirs: await rate(theirs) });
	return {
		ours: spreadOf(pairs.map((pair) => pair.ours)),
		theirs: spreadOf(pairs.map((pair) => pair.theirs)),
		ratio: spreadOf(pairs.map((pair) => pair.ours / pair.theirs))
	};
}
