import fc from 'fast-check';

/** The seed of this run, from FAST_CHECK_SEED: it reproduces a failure. */
const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31);

/** Like `fc.assert`, with the seed of this run. A failure names its seed. */
export function assertProperty<Values>(
	property: fc.IRawProperty<Values>,
	parameters: fc.Parameters<Values> = {}
): Promise<void> | void {
	return fc.assert(property, { seed, ...parameters });
}
