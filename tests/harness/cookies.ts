import type { Cookies } from '@sveltejs/kit';
import { parseCookie, stringifySetCookie } from 'cookie';

/** The attributes that the portal uses. */
interface Attributes {
	readonly path: string;
	readonly maxAge?: number;
	readonly httpOnly?: boolean;
	readonly secure?: boolean;
	readonly sameSite?: 'lax';
}

/** A replacement for Kit's cookies of one request: reads the received cookies, and those that have been set since. */
export interface FakeCookies extends Cookies {
	/** The `Set-Cookie` values so far, one per name; the last one is used. */
	setCookies(): string[];
	/** The `Cookie` header that the browser sends next. */
	next(): string;
}

export function fakeCookies(header = ''): FakeCookies {
	const jar = new Map(Object.entries(parseCookie(header)).map(([name, value]) => [name, value ?? '']));
	const written = new Map<string, string>();

	function set(name: string, value: string, options: Attributes) {
		// As in Kit, a deleted cookie is still listed by `getAll`, empty.
		jar.set(name, options.maxAge === 0 ? '' : value);
		written.set(name, stringifySetCookie(name, value, options));
	}

	return {
		get: (name) => jar.get(name) || undefined,
		getAll: () => [...jar].map(([name, value]) => ({ name, value })),
		set,
		delete: (name, options: Attributes) => set(name, '', { ...options, maxAge: 0 }),
		serialize: (name, value, options: Attributes) => stringifySetCookie(name, value, options),
		setCookies: () => [...written.values()],
		next: () => cookieHeader(jar)
	};
}

/** The `Cookie` header of a browser that had `header`, after a response with these `Set-Cookie` values. */
export function afterSetCookies(header: string, setCookies: readonly string[]): string {
	const jar = new Map(Object.entries(parseCookie(header)).map(([name, value]) => [name, value ?? '']));
	for (const setCookie of setCookies) {
		const [pair = '', ...attributes] = setCookie.split('; ');
		const [name = '', value = ''] = pair.split('=');
		jar.set(name, attributes.includes('Max-Age=0') ? '' : value);
	}
	return cookieHeader(jar);
}

function cookieHeader(jar: ReadonlyMap<string, string>): string {
	return [...jar].flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`])).join('; ');
}
