import fc from 'fast-check';

/** The seed of this run, from FAST_CHECK_SEED: it reproduces a failure. */
const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31);

/** Like `fc.assert`, with the seed of this run, which it prints. */
export function assertProperty<Values>(
	property: fc.IRawProperty<Values>,
	parameters: fc.Parameters<Values> = {}
): Promise<void> | void {
	console.log(`fast-check seed: FAST_CHECK_SEED=${seed}`);
	return fc.assert(property, { seed, ...parameters });
}
