import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { unixMs } from '../clock';
import { cookieAttributes, cookieName } from '../http/cookies';
import { sealOf } from '../http/sealed-cookie';
import { SESSION_SECONDS } from './session';
import type { Institution } from '../sts/institutions';

/** How long a login page stays usable; after that it is drawn anew. */
const TRANSACTION_SECONDS = 30 * 60;
/** The cookie lives longer: where there is none although our page was loaded, the browser keeps no cookies. */
const LOGIN_COOKIE_SECONDS = 12 * 60 * 60;

const transactionSeal = sealOf('login', v.object({ id: v.string(), until: v.number() }));

/** Shows that this browser has loaded our login page; only such a browser may open wallet sessions unsigned. */
interface LoginTransaction {
	/** Random; what per-browser rate limits count by. */
	readonly id: string;
}

export async function readLoginTransaction(cookies: Cookies, nowMs = unixMs()): Promise<LoginTransaction | null> {
	const transaction = (await transactionSeal.openFor(cookies, cookies.get(cookieName('login'))))?.value;
	return transaction && transaction.until > nowMs ? { id: transaction.id } : null;
}

/** Begins a login transaction, or prolongs the one this browser has, so that its rate limits stay its own. */
export async function beginLoginTransaction(cookies: Cookies, nowMs = unixMs()): Promise<void> {
	const id = (await readLoginTransaction(cookies, nowMs))?.id ?? crypto.randomUUID();
	const text = await transactionSeal.seal({ id, until: nowMs + TRANSACTION_SECONDS * 1000 });
	cookies.set(cookieName('login'), text, { ...cookieAttributes(), maxAge: LOGIN_COOKIE_SECONDS });
}

/** Whether this browser has ever kept a login transaction, one that has expired included. */
export function hasLoginCookie(cookies: Cookies): boolean {
	return cookies.get(cookieName('login')) !== undefined;
}

const LOGOUT_REDIRECT_SECONDS = 60;
const logoutRedirectSeal = sealOf('departure', v.string());

/**
 * The address that a signed-out browser is to go on to, kept for the next page: a form may not be answered by a
 * redirect to another origin, and an address in our own query could be anybody's.
 */
export async function keepLogoutRedirect(cookies: Cookies, url: string): Promise<void> {
	cookies.set(cookieName('departure'), await logoutRedirectSeal.seal(url), {
		...cookieAttributes(),
		maxAge: LOGOUT_REDIRECT_SECONDS
	});
}

/** The address, once; null when there is none. */
export async function takeLogoutRedirect(cookies: Cookies): Promise<string | null> {
	const text = cookies.get(cookieName('departure'));
	if (text === undefined) return null;
	cookies.delete(cookieName('departure'), cookieAttributes());
	return (await logoutRedirectSeal.openFor(cookies, text))?.value ?? null;
}

const signedOutCookie = () => cookieName('signedout');

/**
 * Notes in a browser that somebody has signed out here while the STS may still hold a session of theirs: the next sign-in
 * asks for the credentials again, because the next person at a shared computer may be another one. Nothing but a mark; it
 * goes when the STS has ended its session, or has been asked for the credentials once.
 */
export function markSignedOut(cookies: Cookies): void {
	cookies.set(signedOutCookie(), '1', { ...cookieAttributes(), maxAge: SESSION_SECONDS });
}

export function isMarkedSignedOut(cookies: Cookies): boolean {
	return cookies.get(signedOutCookie()) !== undefined;
}

export function clearSignedOutMark(cookies: Cookies): void {
	if (isMarkedSignedOut(cookies)) cookies.delete(signedOutCookie(), cookieAttributes());
}

const HALF_YEAR_SECONDS = 182 * 24 * 60 * 60;
/** A longer id would crowd the cookies that matter. */
const MAX_INSTITUTION_CHARACTERS = 128;

const institutionCookie = () => cookieName('institution');

/** Keeps which institution was chosen, so that it stands first the next time, until somebody signs out. An id from the public list, no secret. */
export function rememberInstitution(cookies: Cookies, id: string | null): void {
	if (!id || id.length > MAX_INSTITUTION_CHARACTERS) return;
	cookies.set(institutionCookie(), id, { ...cookieAttributes(), maxAge: HALF_YEAR_SECONDS });
}

/** Forgets it when somebody signs out: the computer may be shared. */
export function forgetInstitution(cookies: Cookies): void {
	if (cookies.get(institutionCookie()) !== undefined) cookies.delete(institutionCookie(), cookieAttributes());
}

/** The institution that this browser chose last, if it is one of these still. */
export function lastInstitution(cookies: Cookies, listed: readonly Institution[]): Institution | null {
	const id = cookies.get(institutionCookie());
	return listed.find((institution) => institution.id === id) ?? null;
}
