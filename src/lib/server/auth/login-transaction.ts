import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { unixMs } from '../clock';
import { cookieAttributes, cookieName } from '../http/cookies';
import { sealOf } from '../seal';

/** How long a login page stays usable; after that it is drawn anew. */
const LIFE_SECONDS = 30 * 60;
/** The cookie lives longer: where there is none although our page was loaded, the browser keeps no cookies. */
const COOKIE_SECONDS = 12 * 60 * 60;

const sealed = sealOf('login', v.object({ id: v.string(), until: v.number() }));

/** Shows that this browser has loaded our login page; only such a browser may open wallet sessions unsigned. */
export interface LoginTransaction {
	/** Random; what per-browser rate limits count by. */
	readonly id: string;
}

export async function readLoginTransaction(cookies: Cookies, nowMs = unixMs()): Promise<LoginTransaction | null> {
	const transaction = (await sealed.openFor(cookies, cookies.get(cookieName('login'))))?.value;
	return transaction && transaction.until > nowMs ? { id: transaction.id } : null;
}

/** Begins a login transaction, or prolongs the one this browser has, so that its rate limits stay its own. */
export async function beginLoginTransaction(cookies: Cookies, nowMs = unixMs()): Promise<void> {
	const id = (await readLoginTransaction(cookies, nowMs))?.id ?? crypto.randomUUID();
	const text = await sealed.seal({ id, until: nowMs + LIFE_SECONDS * 1000 });
	cookies.set(cookieName('login'), text, { ...cookieAttributes(), maxAge: COOKIE_SECONDS });
}

/** Whether this browser has ever kept a login transaction, one that has expired included. */
export function hasLoginCookie(cookies: Cookies): boolean {
	return cookies.get(cookieName('login')) !== undefined;
}
