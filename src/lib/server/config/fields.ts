import * as v from 'valibot';

/** Schemas for single environment variables. Each converts a string to a typed value, with error messages for operators. */

/** A boolean: `true` or `false`, or `1` or `0`. */
export const flag = v.pipe(
	v.string(),
	v.toLowerCase(),
	v.picklist(['true', 'false', '1', '0'], 'must be "true" or "false"'),
	v.transform((text) => text === 'true' || text === '1')
);

/** A whole number from `least` to `most`, inclusive. */
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

const IDLE_HINT = 'must be 0 (off), or a whole number of seconds from 300 to 604800';
/** Seconds; 0 for no limit. A shorter limit would end sessions of people who read a page, shortly after the warning. */
export const idleTimeout = v.pipe(
	v.string(),
	v.regex(/^\d{1,15}$/, IDLE_HINT),
	v.transform(Number),
	v.check((seconds) => seconds === 0 || (seconds >= 300 && seconds <= 604_800), IDLE_HINT)
);

/** One or more scopes (RFC 6749 3.3): printable characters, without quotes and backslashes. Any white space separates them. */
export const scope = v.pipe(
	v.string('must be a text'),
	v.transform((text) => text.replace(/\s+/g, ' ')),
	v.regex(/^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/, 'must be a scope, or several with a space between')
);

const MAX_ACR_VALUES = 10;

/**
 * A value of the `acr` claim (OpenID Connect Core 2), such as `https://refeds.org/profile/mfa`: without spaces, which separate the values
 * of `acr_values`, and without quotes and backslashes, because challenges repeat it in a quoted string.
 */
export const acrValue = v.pipe(
	v.string('must be a text'),
	v.regex(/^[!#-[\]-~]{1,128}$/, 'must be values of the acr claim, without spaces, each of at most 128 characters')
);
export const acrValues = v.pipe(
	v.array(acrValue, 'must be a value of the acr claim, or a list of them'),
	v.maxLength(MAX_ACR_VALUES, `must have at most ${MAX_ACR_VALUES} values`)
);

/** The range of a maximum age of a sign-in, in seconds. A shorter age could end before the browser is back from the STS. */
export const MAX_AGE_RANGE = [60, 86_400] as const;

/** One audience of access tokens. */
export const audience = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,256}$/, 'must be one audience, without spaces'));

/** The identifier of a protected resource (RFC 8707 2). */
export const resource = v.pipe(
	v.string('must be a text'),
	v.url('must be an absolute URL'),
	v.check((text) => !/[\s#]/.test(text) && text.length <= 1024, 'must be a URL without fragment')
);

/** Whether a date such as `2026-11-22` is in the calendar: JavaScript takes 30 February for 2 March. */
export function isCalendarDate(date: string): boolean {
	return !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
}

/** A list separated by white space or commas; empty entries are dropped. */
export const list = v.pipe(
	v.string(),
	v.transform((text) => text.split(/[\s,]+/).filter(Boolean))
);

/**
 * An issuer identifier. Only the scheme is normalized, to lower case: providers compare the rest as a text. The portal accepts the same URL in discovery, such as one with
 * a slash as its only path, and the issuer in tokens must be exactly the text in discovery (OpenID Connect Discovery 4.3).
 */
export const issuerUrl = v.pipe(
	v.string(),
	v.transform((text) => text.replace(/^https?:/i, (scheme) => scheme.toLowerCase())),
	v.check((text) => isServiceUrl(text), 'must be an absolute http:// or https:// URL without query or password')
);

/** The limit of a request's body, except where a route has its own. */
export const BODY_LIMIT_BYTES = 65_536;

/** Removes all slashes at the end of a URL or path. */
export function withoutTrailingSlash(text: string): string {
	// The lookbehind keeps the time linear: only the first of several slashes is tried.
	return text.replace(/(?<!\/)\/+$/, '');
}

/** An absolute http(s) address without credentials, query or fragment. Trailing slashes are removed. */
export const serviceUrl = v.pipe(issuerUrl, v.transform(withoutTrailingSlash));

const ENCODE =
	'In the user and the password, percent-encode special characters: % is %25, / is %2F, # is %23, @ is %40, ? is %3F';

/**
 * The address of a Redis or Valkey server. The Redis client decodes the user and the password, and ignores a query. Text after an unencoded
 * `/`, `?` or `#` of a password would be taken for a path, query or fragment, and the user for the host.
 */
export const redisUrl = v.pipe(
	v.string(),
	v.check(
		(text) => isAddress(text, /^rediss?:$/) && !/^[^?#]*[?#].*@|#/s.test(text),
		`must be a redis:// or rediss:// URL, such as redis://user:password@valkey:6379. ${ENCODE}`
	),
	v.check(
		(text) => !URL.canParse(text) || /^(?:\/\d{0,9})?$/.test(new URL(text).pathname),
		`must have no path, or the number of a database as its path, such as /0. ${ENCODE}`
	)
);

/** The address of an HTTP proxy, with or without credentials. Without a scheme, `http://` is added. */
export const proxyUrl = v.pipe(
	v.string(),
	v.transform((text) => (text.includes('://') ? text : `http://${text}`)),
	v.check(
		(text) => isAddress(text, /^https?:$/) && /^[^/]+:\/\/[^/?#]+\/?$/.test(text),
		`must be the http:// or https:// URL of a proxy, without a path or query. ${ENCODE}`
	)
);

/**
 * Whether a text is a host as in a URL: a name, or an IP address, which has brackets if it is of IPv6. The URL parser also accepts
 * `a,b` and `a..b`: Deno would take the first for two hosts of a permission, and refuse the second.
 */
export function isHost(text: string): boolean {
	return /^(?:[\w-]+\.)*[\w-]+\.?$/.test(text) || (/^\[[\da-f:.]+\]$/i.test(text) && URL.canParse(`http://${text}`));
}

/** A list of hosts, each with an optional port. IPv6 addresses are in brackets. */
export const hosts = v.pipe(
	list,
	v.everyItem(
		(text) => isHost(text.replace(/:\d{1,5}$/, '')) && URL.canParse(`https://${text}`),
		'must be hosts such as keys.example.org or keys.example.org:8443, separated by spaces or commas'
	)
);

/** Where to listen: a host name, or an address; IPv6 addresses may be in brackets. */
export const listenHost = v.pipe(
	v.string(),
	v.check((text) => isHost(text) || isHost(`[${text}]`), 'must be a host name or an IP address, without a port')
);

/** An exact web origin, such as `http://localhost:5173`. */
export const origin = v.pipe(
	v.string(),
	v.check(
		(text) => isServiceUrl(text) && new URL(text).origin === text,
		'must be an exact origin, such as http://localhost:5173'
	)
);

/** Whether a text has a character that the URL parser drops anywhere in a URL, although the text keeps it. */
export function hasLineBreak(text: string): boolean {
	return /[\t\n\r]/.test(text);
}

/** Whether the host is a loopback address. Plain http to it does not cross a network. */
export function isLoopback(url: string): boolean {
	const { hostname } = new URL(url);
	return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\])/.test(hostname);
}

function isServiceUrl(text: string): boolean {
	if (!isAddress(text, /^https?:$/)) return false;
	const { username, password, search, hash } = new URL(text);
	return [username, password, search, hash].every((part) => part === '');
}

/** Whether a client can use the scheme, host, user and password of a URL. A user or password with a bare `%` can't be decoded. */
function isAddress(text: string, scheme: RegExp): boolean {
	if (hasLineBreak(text) || !URL.canParse(text)) return false;
	const { protocol, hostname, username, password } = new URL(text);
	return scheme.test(protocol) && isHost(hostname) && [username, password].every(isDecodable);
}

function isDecodable(text: string): boolean {
	try {
		// The result is used, because the bundler removes a call that only throws.
		return decodeURIComponent(text).length <= text.length;
	} catch {
		return false;
	}
}

/**
 * A secret with a lower estimate cannot be random. For comparison: 32 random hexadecimal digits have more than 80 bits, and 32
 * letters that repeat a word of eight letters have about 30.
 */
const MIN_BITS = 64;
/** Placeholders that examples use instead of a secret. */
const PLACEHOLDER = /^(?:change|replace)[-_. ]?(?:me|this)(?![a-z])|^your[-_. ](?:own[-_. ])?secret|^<.*>$/i;

/**
 * Whether a secret is too simple for sealing: one repeated letter, a repeated short text, a sequence such as `0123456789`, or a
 * placeholder. The check does not show whether a secret can be guessed.
 */
export function isWeakSecret(secret: string): boolean {
	return PLACEHOLDER.test(secret) || estimatedBits(secret) < MIN_BITS;
}

/** The Shannon entropy per character, times the number of characters that are not predictable from earlier ones. */
function estimatedBits(text: string): number {
	const characters = [...text];
	const counts = new Map<string, number>();
	for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
	const bitsEach = [...counts.values()]
		.map((count) => count / characters.length)
		.reduce((bits, share) => bits - share * Math.log2(share), 0);
	return bitsEach * countNew(characters);
}

/** Counts the characters that neither end a repeated sequence of three nor continue a run such as `aaa`, `abc` or `321`. */
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
