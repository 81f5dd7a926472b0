import type { Cookies } from '@sveltejs/kit';
import { parseCookie, stringifySetCookie } from 'cookie';
import { createCookieJar } from '../../src/lib/server/http/cookies';

/** The cookies of one request, as the portal's handles and pages get them. */
export interface FakeCookies extends Cookies {
	/** The `Set-Cookie` values of the response so far. */
	setCookies(): string[];
	/** The `Cookie` header that the browser sends next. */
	next(): string;
}

export function fakeCookies(header = ''): FakeCookies {
	const jar = createCookieJar(header, stringifySetCookie);
	const setCookies = () => jar.setCookies();
	return { ...jar.cookies, setCookies, next: () => afterSetCookies(header, setCookies()) };
}

/** The `Cookie` header of a browser that had `header`, after a response with these `Set-Cookie` values. */
export function afterSetCookies(header: string, setCookies: readonly string[]): string {
	const jar = new Map(Object.entries(parseCookie(header)).map(([name, value]) => [name, value ?? '']));
	for (const setCookie of setCookies) {
		const [pair = '', ...attributes] = setCookie.split('; ');
		const [name = '', value = ''] = pair.split('=');
		jar.set(name, attributes.includes('Max-Age=0') ? '' : value);
	}
	return [...jar].flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`])).join('; ');
}
