import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { unixMs } from '../clock';
import { config } from '../config';
import { cookieAttributes, cookieName, sealOf } from '../http/cookies';
import type { Institution } from '../sts/institutions';
import type { CancelNotice } from '$lib/wallet/view';
import type { SignInError } from './sign-in-errors';
import { boundedReturnPath } from '../http/return-path';
import type { Provider } from './session';

/**
 * The error of a sign-in and the id of the request that failed. The page shows the id as a help code, and the log
 * line has the same id.
 */
interface Failure {
	readonly error: SignInError;
	readonly requestId: string;
	/** Whether the sign-in used the wallet. The page then offers the wallet again. */
	readonly isWallet?: boolean;
}

/** What the person cancelled. This is not a failure. */
interface Stop {
	readonly stopped: CancelNotice;
}

/**
 * The path of the login page, with the return path and a failure or notice to show. The return path is checked where it is
 * followed.
 */
export function loginPath(returnTo: string | null, outcome?: Failure | Stop | false): string {
	const query = new URLSearchParams();
	if (outcome && 'error' in outcome) query.set('error', outcome.error);
	if (returnTo) query.set('returnTo', boundedReturnPath(returnTo));
	if (outcome && 'error' in outcome) query.set('helpCode', outcome.requestId);
	if (outcome && 'error' in outcome && outcome.isWallet) query.set('method', 'wallet');
	if (outcome && 'stopped' in outcome) query.set('stopped', outcome.stopped);
	return query.size > 0 ? `/login?${query}` : '/login';
}

/** The path of the first page to sign in again with the same method, or with the other method if that one is disabled. */
export function signInPath(provider: Provider, returnTo: string): string {
	const { institution, wallet } = config().signInMethods;
	const isWallet = wallet && (provider === 'sts-wallet' || !institution);
	if (isWallet) return `/login/wallet?${new URLSearchParams({ returnTo })}`;
	return `/login/start?${new URLSearchParams({ provider: 'sts', returnTo })}`;
}

/** How long a loaded login page can be used. After that, it has to be loaded again. */
const TRANSACTION_SECONDS = 30 * 60;
/**
 * The cookie outlives the transaction. If a browser has loaded a page of the portal but does not send this cookie, it
 * does not accept cookies.
 */
const LOGIN_COOKIE_SECONDS = 12 * 60 * 60;

const transactionSeal = sealOf('login', v.object({ id: v.string(), until: v.number() }));

/**
 * Shows that this browser has loaded the login page. Without a session, only such a browser may start wallet
 * sessions.
 */
interface LoginTransaction {
	/** Random; the key of the per-browser rate limits. */
	readonly id: string;
}

export function readLoginTransaction(cookies: Cookies, nowMs = unixMs()): LoginTransaction | null {
	const transaction = transactionSeal.openFor(cookies, cookies.get(cookieName('login')))?.value;
	return transaction && transaction.until > nowMs ? { id: transaction.id } : null;
}

/**
 * Starts a login transaction, or extends the browser's current one. The id stays the same, so its rate limits
 * continue to apply.
 */
export function beginLoginTransaction(cookies: Cookies, nowMs = unixMs()): void {
	const id = readLoginTransaction(cookies, nowMs)?.id ?? crypto.randomUUID();
	const text = transactionSeal.seal({ id, until: nowMs + TRANSACTION_SECONDS * 1000 });
	cookies.set(cookieName('login'), text, { ...cookieAttributes(), maxAge: LOGIN_COOKIE_SECONDS });
}

/** Whether the browser sent a login cookie, even if its transaction has expired. */
export function hasLoginCookie(cookies: Cookies): boolean {
	return cookies.get(cookieName('login')) !== undefined;
}

const LOGOUT_REDIRECT_SECONDS = 60;
const logoutRedirectSeal = sealOf('departure', v.string());

/**
 * Stores the URL to which the next page redirects a signed-out browser. A response to a form may not redirect to
 * another origin, and a URL in the query of one of our pages could come from anyone.
 */
export function keepLogoutRedirect(cookies: Cookies, url: string): void {
	cookies.set(cookieName('departure'), logoutRedirectSeal.seal(url), {
		...cookieAttributes(),
		maxAge: LOGOUT_REDIRECT_SECONDS
	});
}

/** Reads that URL and deletes its cookie; null if there is none. */
export function takeLogoutRedirect(cookies: Cookies): string | null {
	const text = cookies.get(cookieName('departure'));
	if (text === undefined) return null;
	cookies.delete(cookieName('departure'), cookieAttributes());
	return logoutRedirectSeal.openFor(cookies, text)?.value ?? null;
}

const signedOutCookie = () => cookieName('signedout');

/**
 * Records in this browser that somebody has signed out while the STS may still have a session for them. The next
 * sign-in then requires a new login, because the next person at a shared computer may be somebody else. The cookie
 * contains no other data. It is deleted once the STS has ended its session, or after a sign-in with a required login.
 */
export function markSignedOut(cookies: Cookies): void {
	cookies.set(signedOutCookie(), '1', { ...cookieAttributes(), maxAge: config().sessionMaxAgeSeconds });
}

export function isMarkedSignedOut(cookies: Cookies): boolean {
	return cookies.get(signedOutCookie()) !== undefined;
}

export function clearSignedOutMark(cookies: Cookies): void {
	if (isMarkedSignedOut(cookies)) cookies.delete(signedOutCookie(), cookieAttributes());
}

/** A person who arrives later knows already that the wallet worked. */
const LINKED_NOTICE_SECONDS = 10 * 60;

const linkedCookie = () => cookieName('linked');

/**
 * Records whether the sign-in that ends now has linked a wallet, so that the next page says so. The cookie contains no other
 * data, and an earlier one never outlives the sign-in: the next person at a shared computer is not told about a wallet.
 */
export function recordLinkedWallet(cookies: Cookies, isLinked: boolean): void {
	if (isLinked) cookies.set(linkedCookie(), '1', { ...cookieAttributes(), maxAge: LINKED_NOTICE_SECONDS });
	else forgetLinkedWallet(cookies);
}

/** Whether the page has to say that a wallet was linked. Deletes the record: it is said once. */
export function takeLinkedWallet(cookies: Cookies): boolean {
	const isLinked = cookies.get(linkedCookie()) !== undefined;
	forgetLinkedWallet(cookies);
	return isLinked;
}

export function forgetLinkedWallet(cookies: Cookies): void {
	if (cookies.get(linkedCookie()) !== undefined) cookies.delete(linkedCookie(), cookieAttributes());
}

const HALF_YEAR_SECONDS = 182 * 24 * 60 * 60;
/** A longer id would take space in the cookie budget from more important cookies. */
const MAX_INSTITUTION_CHARACTERS = 128;

const institutionCookie = () => cookieName('institution');

/**
 * Stores the chosen institution, so that it is listed first next time, until somebody signs out. The id is from the
 * public list and is not secret.
 */
export function rememberInstitution(cookies: Cookies, id: string | null): void {
	if (!id || id.length > MAX_INSTITUTION_CHARACTERS) return;
	cookies.set(institutionCookie(), id, { ...cookieAttributes(), maxAge: HALF_YEAR_SECONDS });
}

/** Deletes the stored institution at sign-out, because the computer may be shared. */
export function forgetInstitution(cookies: Cookies): void {
	if (cookies.get(institutionCookie()) !== undefined) cookies.delete(institutionCookie(), cookieAttributes());
}

/** The institution that this browser chose last, if the list still contains it. */
export function lastInstitution<Listed extends Pick<Institution, 'id'>>(
	cookies: Cookies,
	listed: readonly Listed[]
): Listed | null {
	const id = cookies.get(institutionCookie());
	return listed.find((institution) => institution.id === id) ?? null;
}
