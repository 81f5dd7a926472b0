/**
 * Below this a secret cannot be random, whatever made it: 32 random hexadecimal digits come out at more than 80, and 32
 * letters with a repeated word of eight at about 30.
 */
const MIN_BITS = 64;
/** What examples have in a secret's place. */
const PLACEHOLDER = /^(?:change|replace)[-_. ]?(?:me|this)(?![a-z])|^your[-_. ](?:own[-_. ])?secret|^<.*>$/i;

/**
 * Whether a secret is too simple to seal with: one letter, a short text again and again, a sequence such as `0123456789`, or
 * a placeholder. Says nothing of whether somebody can guess it.
 */
export function isWeakSecret(secret: string): boolean {
	return PLACEHOLDER.test(secret) || estimatedBits(secret) < MIN_BITS;
}

/** Shannon entropy of its characters, of which only those count that do not follow from the ones before. */
function estimatedBits(text: string): number {
	const characters = [...text];
	const counts = new Map<string, number>();
	for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
	const bitsEach = [...counts.values()]
		.map((count) => count / characters.length)
		.reduce((bits, share) => bits - share * Math.log2(share), 0);
	return bitsEach * countNew(characters);
}

/** How many characters neither end three that stand further left too, nor go on a run such as `aaa`, `abc` or `321`. */
function countNew(characters: readonly string[]): number {
	const seen = new Set<string>();
	const step = (at: number) => (characters[at]?.codePointAt(0) ?? NaN) - (characters[at - 1]?.codePointAt(0) ?? NaN);
	return characters.filter((_, at) => {
		const isRun = step(at) === step(at - 1) && Math.abs(step(at)) <= 1;
		const three = characters.slice(at - 2, at + 1).join('');
		const isRepeat = at >= 2 && seen.has(three);
		if (at >= 2) seen.add(three);
		return !isRun && !isRepeat;
	}).length;
}
