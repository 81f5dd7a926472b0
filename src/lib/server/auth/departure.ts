import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieAttributes, cookieName } from '../http/cookies';
import { sealOf } from '../seal';

const LIFE_SECONDS = 60;
const sealed = sealOf('departure', v.string());

/**
 * The address that a signed-out browser is to go on to, kept for the next page: a form may not be answered by a
 * redirect to another origin, and an address in our own query could be anybody's.
 */
export async function keepDeparture(cookies: Cookies, url: string): Promise<void> {
	cookies.set(cookieName('departure'), await sealed.seal(url), {
		...cookieAttributes(),
		maxAge: LIFE_SECONDS
	});
}

/** The address, once; null when there is none. */
export async function takeDeparture(cookies: Cookies): Promise<string | null> {
	const text = cookies.get(cookieName('departure'));
	if (text === undefined) return null;
	cookies.delete(cookieName('departure'), cookieAttributes());
	return (await sealed.openFor(cookies, text))?.value ?? null;
}
