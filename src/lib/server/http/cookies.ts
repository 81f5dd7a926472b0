import { config } from '../config';
import type { Cookies } from '@sveltejs/kit';
import { parseCookie, stringifySetCookie } from 'cookie';

/** Attributes of every cookie of ours. Lax, not Strict: the returns from the STS and IDV are cross-site navigations. */
interface CookieAttributes {
	readonly path: '/';
	readonly httpOnly: true;
	readonly sameSite: 'lax';
	readonly secure: boolean;
}

export function cookieAttributes(): CookieAttributes {
	return { path: '/', httpOnly: true, sameSite: 'lax', secure: config().secure };
}

/** The full name of a cookie of ours: under https with the `__Host-` prefix (RFC 6265bis 4.1.3.2). */
export function cookieName(name: string): string {
	return `${config().secure ? '__Host-' : ''}portal.${name}`;
}

/** What follows the prefix in the names of our cookies: `session`, `session.0`, `wallet.{id}`. */
const OWN_NAME = /^[a-z]+(?:\.[\w-]{1,64})?$/;
/** A response that deletes more cookies than this would have a larger head than proxies take; the next one deletes the rest. */
const MAX_DELETIONS = 12;

interface Attributes extends CookieAttributes {
	readonly maxAge?: number;
}

interface Change {
	readonly value: string;
	readonly attributes: Attributes;
}

/** The portal's cookies of one request, and what its response changes about them. */
export interface CookieJar {
	/**
	 * Takes the place of Kit's own, which parses the whole header again at every `get`. It knows the portal's own cookies
	 * only, by well-formed names, and a cookie that was deleted in this request is no longer listed.
	 */
	readonly cookies: Cookies;
	/** The cookies that the browser sent, as they were sent, by name. */
	received(): ReadonlyMap<string, string>;
	/** The `Set-Cookie` values of the response. */
	setCookies(): string[];
}

/**
 * @param header the request's `Cookie` header; parsed at most once, and only when somebody reads a cookie
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

/** The part of a cookie's name that follows the portal's prefix; null for a name that is none of ours. */
export function ownPart(name: string): string | null {
	const prefix = cookieName('');
	const part = name.startsWith(prefix) ? name.slice(prefix.length) : '';
	return OWN_NAME.test(part) ? part : null;
}

/** Of the whole header only the portal's own cookies are kept. Values stay as they are until they are read. */
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
