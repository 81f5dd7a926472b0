import { median, type Spread, spreadOf } from '../statistics.ts';
import { type Load, load, type Seen } from './http-load.ts';

const ROUNDS = 5;
const SECONDS = 2;
const WARM_UP_SECONDS = 2;
/**
 * All connections send their first request at the same moment, a few seconds after their last one. What the portal cached has expired
 * by then, so all of it is read at once, and again when these responses expire. In two seconds, on a slow machine, that is the slowest
 * hundredth; people do not start in step.
 */
const RAMP_UP_SECONDS = 0.5;

/**
 * Loads several servers in turns, so that whatever else the machine does falls on all of them alike; returns the medians
 * of each.
 */
export async function compare<Side extends string>(
	sides: Readonly<Record<Side, Load>>,
	rounds = ROUNDS
): Promise<Record<Side, Seen>> {
	const names = Object.keys(sides) as Side[];
	const seen = new Map<Side, Seen[]>(names.map((name) => [name, []]));
	for (const name of names) await load({ ...sides[name], seconds: WARM_UP_SECONDS });
	for (let round = 0; round < rounds; round++) {
		for (const name of names)
			seen.get(name)?.push(await load({ ...sides[name], seconds: SECONDS, rampUpSeconds: RAMP_UP_SECONDS }));
	}
	const middle = (of: readonly Seen[], key: keyof Seen) => median(of.map((one) => one[key]));
	const medians = names.map((name) => {
		const of = seen.get(name) ?? [];
		return [name, { perSecond: middle(of, 'perSecond'), p99Ms: middle(of, 'p99Ms') }] as const;
	});
	return Object.fromEntries(medians) as Record<Side, Seen>;
}

const PAIRS = 5;

/** Loads two servers in turns; returns the responses a second of each, and the ratio of both in each pair. */
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
