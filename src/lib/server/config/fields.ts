import * as v from 'valibot';

/**
 * Building blocks of the environment's schema: each turns one string into one typed value, and says in an
 * operator's words what is wrong with it.
 */

/** `true`/`false`, with `1`/`0` as operators also write them. */
export const flag = v.pipe(
	v.string(),
	v.toLowerCase(),
	v.picklist(['true', 'false', '1', '0'], 'must be "true" or "false"'),
	v.transform((text) => text === 'true' || text === '1')
);

/** A whole number between `least` and `most`, both included. */
export function wholeNumber(least: number, most: number) {
	const message = `must be a whole number from ${least} to ${most}`;
	return v.pipe(
		v.string(),
		v.regex(/^\d{1,15}$/, message),
		v.transform(Number),
		v.minValue(least, message),
		v.maxValue(most, message)
	);
}

/** One or more scopes (RFC 6749 3.3): printable, without quotes and backslashes. */
export const scope = v.pipe(
	v.string('must be a text'),
	v.regex(/^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/, 'must be a scope, or several with a space between')
);

/** A list separated by white space or commas; empty entries are dropped. */
export const list = v.pipe(
	v.string(),
	v.transform((text) => text.split(/[\s,]+/).filter(Boolean))
);

/** An issuer identifier, kept to the letter: tokens carry it with or without a closing slash (OIDC Discovery 4.3). */
export const issuerUrl = v.pipe(
	v.string(),
	v.check((text) => isServiceUrl(text), 'must be an absolute http:// or https:// address without query or password')
);

/** An absolute http(s) address without credentials, query or fragment. Answered without a trailing slash. */
export const serviceUrl = v.pipe(
	issuerUrl,
	v.transform((text) => text.replace(/(?<!\/)\/+$/, ''))
);

/** The address of a Redis or Valkey server. */
export const redisUrl = v.pipe(
	v.string(),
	v.check(
		(text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol),
		'must be a redis:// or rediss:// address'
	)
);

/** The address of an HTTP proxy, with or without credentials; `http://` may be left out. */
export const proxyUrl = v.pipe(
	v.string(),
	v.transform((text) => (text.includes('://') ? text : `http://${text}`)),
	v.check(
		(text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).pathname === '/',
		'must be the http:// or https:// address of a proxy, without a path'
	)
);

/** Hosts with an optional port each; IPv6 addresses in brackets. */
export const hosts = v.pipe(
	list,
	v.everyItem(
		(text) => /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(text) && URL.canParse(`https://${text}`),
		'must be hosts such as keys.example.org or keys.example.org:8443, separated by spaces or commas'
	)
);

/** An exact web origin, such as `http://localhost:5173`. */
export const origin = v.pipe(
	v.string(),
	v.check(
		(text) => isServiceUrl(text) && new URL(text).origin === text,
		'must be an exact origin, such as http://localhost:5173'
	)
);

/** Whether the address names this machine itself, where plain http does not cross a network. */
export function isLoopback(url: string): boolean {
	const { hostname } = new URL(url);
	return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\])/.test(hostname);
}

function isServiceUrl(text: string): boolean {
	if (!URL.canParse(text)) return false;
	const url = new URL(text);
	const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
	return plain && (url.protocol === 'http:' || url.protocol === 'https:');
}

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
