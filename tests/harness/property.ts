import fc from 'fast-check';

/** Of this run, from FAST_CHECK_SEED: a failure can be had again by it. */
const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31);

/** What `fc.assert` does, with the seed of this run, which it prints. */
export function assertProperty<Values>(
	property: fc.IRawProperty<Values>,
	parameters: fc.Parameters<Values> = {}
): Promise<void> | void {
	console.log(`fast-check seed: FAST_CHECK_SEED=${seed}`);
	return fc.assert(property, { seed, ...parameters });
}
