import type { Cookies } from '@sveltejs/kit';
import { cookieAttributes, cookieName } from '../http/cookies';
import { SESSION_SECONDS } from './session';

const name = () => cookieName('signedout');

/**
 * Notes in a browser that somebody has signed out here while the STS may still hold a session of theirs: the next sign-in
 * asks for the credentials again, because the next person at a shared computer may be another one. Nothing but a mark; it
 * goes when the STS has ended its session, or has been asked for the credentials once.
 */
export function markSignedOut(cookies: Cookies): void {
	cookies.set(name(), '1', { ...cookieAttributes(), maxAge: SESSION_SECONDS });
}

export function isMarkedSignedOut(cookies: Cookies): boolean {
	return cookies.get(name()) !== undefined;
}

export function clearSignedOutMark(cookies: Cookies): void {
	if (isMarkedSignedOut(cookies)) cookies.delete(name(), cookieAttributes());
}
