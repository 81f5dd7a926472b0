import { config } from '../config';
import type { Cookies } from '@sveltejs/kit';
import { parseCookie, stringifySetCookie } from 'cookie';
import * as v from 'valibot';
import { createBoundedCache, detached } from '../cache';
import { type Codec, createSeal, type Opened, type Seal } from '../seal';
import { percentDecoded } from './request';

/** Attributes of every portal cookie. Lax, not Strict: the returns from the STS and IDV are cross-site navigations. */
interface CookieAttributes {
	readonly path: '/';
	readonly httpOnly: true;
	readonly sameSite: 'lax';
	readonly secure: boolean;
}

/** How long a browser keeps a preference, in seconds. */
export const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function cookieAttributes(): CookieAttributes {
	return { path: '/', httpOnly: true, sameSite: 'lax', secure: config().secure };
}

/** The full name of a portal cookie, with the `__Host-` prefix under https (RFC 6265bis 4.1.3.2). */
export function cookieName(name: string): string {
	return `${config().secure ? '__Host-' : ''}portal.${name}`;
}

/** The part of a portal cookie's name after the prefix: `session`, `session.0`, `wallet.{id}`. */
const OWN_NAME = /^[a-z]+(?:\.[\w-]{1,64})?$/;
/**
 * The most cookies that one response deletes, apart from chunks of an old session. More would make its head larger than
 * proxies accept; the next response deletes the rest.
 */
export const MAX_DELETIONS = 12;

interface Attributes extends CookieAttributes {
	readonly maxAge?: number;
}

interface Change {
	readonly value: string;
	readonly attributes: Attributes;
}

/** The portal's cookies of one request, and the changes that its response makes to them. */
export interface CookieJar {
	/**
	 * Replaces Kit's own `cookies`, which parses the whole header again at every `get`. It only knows the portal's own
	 * cookies with well-formed names. It does not list a cookie that this request has deleted.
	 */
	readonly cookies: Cookies;
	/** The cookies that the browser sent, by name, with their values as sent. */
	received(): ReadonlyMap<string, string>;
	/** The `Set-Cookie` values of the response. */
	setCookies(): string[];
}

/**
 * @param header the request's `Cookie` header; parsed at most once, and only when a cookie is read
 * @param serialize Kit's own serializer
 */
export function createCookieJar(header: string | null, serialize: Cookies['serialize']): CookieJar {
	let parsed: ReadonlyMap<string, string> | undefined;
	const changes = new Map<string, Change>();
	const received = () => (parsed ??= parseOwn(header ?? ''));

	function set(name: string, value: string, attributes: Attributes): void {
		changes.set(name, { value, attributes });
	}

	function get(name: string): string | undefined {
		const change = changes.get(name);
		if (change) return change.value || undefined;
		const text = received().get(name);
		return text === undefined ? undefined : percentDecoded(text);
	}

	return {
		received,

		cookies: {
			get,
			getAll() {
				const names = new Set([...received().keys(), ...changes.keys()]);
				return [...names].flatMap((name) => {
					const value = get(name);
					return value === undefined ? [] : [{ name, value }];
				});
			},
			set,
			delete: (name, attributes: Attributes) => set(name, '', { ...attributes, maxAge: 0 }),
			serialize
		},

		setCookies() {
			const all = [...changes].map(([name, change]) => ({ name, ...change }));
			const deletions = all.filter(({ attributes }) => attributes.maxAge === 0).slice(0, MAX_DELETIONS);
			const others = all.filter(({ attributes }) => attributes.maxAge !== 0);
			return [...deletions, ...others].map(({ name, value, attributes }) =>
				stringifySetCookie(name, value, attributes)
			);
		}
	};
}

/** The part of a cookie's name after the portal's prefix; null if it is not the name of a portal cookie. */
export function ownPart(name: string): string | null {
	const prefix = cookieName('');
	const part = name.startsWith(prefix) ? name.slice(prefix.length) : '';
	return OWN_NAME.test(part) ? part : null;
}

/** Parses the header and keeps only the portal's own cookies. Values are decoded when they are read. */
function parseOwn(header: string): ReadonlyMap<string, string> {
	const all = Object.entries(parseCookie(header, { decode: (value) => value }));
	const own = all.filter((entry): entry is [string, string] => ownPart(entry[0]) !== null && Boolean(entry[1]));
	return new Map(own);
}

/** A browser that polls sends the same cookies each time, and the content of a sealed text never changes. */
const CACHE_TTL_MS = 60_000;

/**
 * For all purposes together. The size of an entry is its text, a value of up to twice that size (packed tokens), and a
 * fixed overhead.
 */
export const CACHE_BYTES = 32 * 1024 ** 2;

const VALUE_BYTES = 256;

const MAX_CACHED_CHARACTERS = 8192;

/** Longer than all cookies of one value together. */
const MAX_SEALED_CHARACTERS = 16_384;

/** A request opens a session, a login transaction, a flow and wallet sessions, each of them once. */
const MAX_OPENINGS_PER_REQUEST = 16;

/** A sealed text ends with its authentication tag of 16 bytes, which is a short cache key: the whole text may have 4 kB. */
const TAG_CHARACTERS = 22;

/** Seals and opens values of one type. */
interface SealOf<Value> {
	/** Seals with the first secret. */
	seal(value: Value): string;
	/**
	 * Opens a text that any of the secrets sealed for this purpose. Null for any other text, or for a value that does not
	 * match the schema. Never throws.
	 */
	open(text: string): Opened<Readonly<Value>> | null;
	/**
	 * Like `open`, for a text from a request. Each text is opened once per request, and at most 16 texts per request;
	 * further texts result in null.
	 * @param cookies identifies the request
	 */
	openFor(cookies: object, text: string | undefined): Opened<Readonly<Value>> | null;
	/** Whether a text names one of the portal's keys for this purpose. This needs no cryptography, and proves nothing. */
	recognizes(text: string): boolean;
}

interface CacheEntry {
	readonly text: string;
	readonly opened: Opened;
}

/** Only texts that could be opened are cached, so that a client without a portal cookie cannot fill the cache. */
const cache = createBoundedCache<CacheEntry>({
	maxBytes: CACHE_BYTES,
	bytesOf: ({ text }) => VALUE_BYTES + 3 * text.length,
	ttlMs: CACHE_TTL_MS
});

interface Opening {
	readonly purpose: string;
	readonly text: string;
	readonly opened: Opened | null;
}

/** The results of opening texts, failures included, by request. A list, because a map would hash each text: it may have 16 kB. */
const openings = new WeakMap<object, Opening[]>();

/**
 * The seal for one purpose, with the configured secrets. Its keys are derived once per process, when it is first used.
 * @param purpose a text that is sealed for one purpose cannot be opened for another
 */
export function sealOf<Value>(
	purpose: string,
	schema: v.GenericSchema<unknown, Value>,
	codec?: () => Codec
): SealOf<Value> {
	let made: Seal | undefined;
	const get = () => (made ??= createSeal(config().secrets, purpose, codec?.()));

	function open(text: string): Opened<Value> | null {
		if (text.length > MAX_SEALED_CHARACTERS) return null;
		const key = `${purpose} ${text.slice(-TAG_CHARACTERS)}`;
		const cached = cache.get(key);
		// Only this seal writes entries for this purpose.
		if (cached?.text === text) return cached.opened as Opened<Value>;
		const opened = get().open(text);
		const parsed = v.safeParse(schema, opened?.value);
		if (!opened || !parsed.success) return null;
		const result = { value: parsed.output, stale: opened.stale };
		if (text.length <= MAX_CACHED_CHARACTERS) cache.set(key, { text: detached(text), opened: result });
		return result;
	}

	return {
		seal: (value) => get().seal(value),
		open,
		openFor(cookies, text) {
			if (text === undefined) return null;
			const earlier = openings.get(cookies) ?? [];
			const found = earlier.find((opening) => opening.purpose === purpose && opening.text === text);
			// Only this seal writes entries for this purpose.
			if (found) return found.opened as Opened<Value> | null;
			if (earlier.length === MAX_OPENINGS_PER_REQUEST) return null;
			const opened = open(text);
			openings.set(cookies, [...earlier, { purpose, text, opened }]);
			return opened;
		},
		recognizes: (text) => get().recognizes(text)
	};
}
