import { stringifySetCookie } from 'cookie';
import { cookieAttributes, type CookieJar, cookieName, createCookieJar, MAX_DELETIONS, ownPart } from '../http/cookies';
import { cookieBytes, evictions, MAX_COOKIE_BYTES } from '../auth/cookie-budget';
import { withCookies } from '../http/headers';
import { log } from '../log';
import { walletCookies } from '../auth/wallet-cookies';
import type { Handle } from './sequence';

/**
 * Gives each request a cookie jar that parses the header once, and adds its changes to the response. This is the only place
 * that limits a browser's cookies to their budget.
 */
export const cookies: Handle = async ({ event, resolve }) => {
	const header = event.request.headers.get('cookie');
	const jar = createCookieJar(header, event.cookies.serialize);
	event.cookies = jar.cookies;
	const resolved = await resolve(event);
	const setCookies = jar.setCookies();
	const response = setCookies.length > 0 ? withCookies(resolved, setCookies) : resolved;
	const isSmall = header === null || header.length <= MAX_COOKIE_BYTES;
	if (isSmall && !response.headers.has('set-cookie')) return response;

	// Together with what the request itself deletes, a response stays below the limit.
	const left = MAX_DELETIONS - setCookies.filter(isDeletion).length;
	const evicted = evictionsAfter(response, jar).slice(0, left);
	if (evicted.length === 0) return response;
	log.limited('cookies were evicted to keep within the budget', {
		requestId: event.locals.requestId,
		kinds: evicted.map((name) => name.split('.')[0])
	});
	return withCookies(response, evicted.map(deletion));
};

/** The cookies to evict from those that the browser will have after this response, by their names without the prefix. */
function evictionsAfter(response: Response, jar: CookieJar): string[] {
	const kept = new Map(jar.received());
	for (const line of response.headers.getSetCookie()) {
		const [pair = ''] = line.split('; ');
		const at = pair.indexOf('=');
		if (isDeletion(line)) kept.delete(pair.slice(0, at));
		else kept.set(pair.slice(0, at), pair.slice(at + 1));
	}
	const values = new Map<string, string>();
	const sizes = new Map<string, number>();
	for (const [name, value] of kept) {
		const part = ownPart(name);
		if (part === null) continue;
		values.set(part, value);
		sizes.set(part, cookieBytes(name, value));
	}
	return evictions({ sizes, wallets: walletCookies(jar.cookies, values) });
}

/** @param line the value of a `Set-Cookie` header */
function isDeletion(line: string): boolean {
	return line.split('; ').includes('Max-Age=0');
}

function deletion(part: string): string {
	return stringifySetCookie(cookieName(part), '', { ...cookieAttributes(), maxAge: 0 });
}
