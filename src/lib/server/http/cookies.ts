import { config } from '../config';
import type { Cookies } from '@sveltejs/kit';
import { parseCookie, stringifySetCookie } from 'cookie';

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
 * The most cookies that one response deletes. More would make its head larger than proxies accept; the next response
 * deletes the rest.
 */
const MAX_DELETIONS = 12;

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
 * @param serialize Kit's own serialiser
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
		return text === undefined ? undefined : decoded(text);
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

function decoded(value: string): string {
	if (!value.includes('%')) return value;
	try {
		return decodeURIComponent(value);
	} catch {
		return value;
	}
}
