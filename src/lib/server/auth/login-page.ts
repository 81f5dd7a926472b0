import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { unixMs } from '../clock';
import { config } from '../config';
import { cookieAttributes, cookieName, sealOf } from '../http/cookies';
import type { Institution } from '../sts/institutions';
import type { CancelNotice } from '$lib/wallet/view';
import type { SignInError } from './sign-in-errors';
import { boundedReturnPath } from '../http/return-path';
import { startMs } from './revoked-sessions';
import type { Provider, Session } from './session';

/**
 * The error of a sign-in and the id of the request that failed. The page shows the id as a help code, and the log
 * line has the same id.
 */
interface Failure {
	readonly error: SignInError;
	readonly requestId: string;
	/** Whether the sign-in used the wallet. The page then offers the wallet again. */
	readonly isWallet?: boolean;
	/** When a request found that the session had ended, in Unix seconds (`hasSignedInSince`). */
	readonly endedAt?: number;
}

/** What became of a sign-in that the person cancelled. This is not a failure. */
interface Cancellation {
	readonly notice: CancelNotice;
}

/**
 * The path of the login page, with the return path and a failure or notice to show. The return path is checked where it is
 * followed.
 */
export function loginPath(returnTo: string | null, outcome?: Failure | Cancellation | false): string {
	const query = new URLSearchParams();
	if (outcome && 'error' in outcome) query.set('error', outcome.error);
	if (returnTo) query.set('returnTo', boundedReturnPath(returnTo));
	if (outcome && 'error' in outcome) query.set('helpCode', outcome.requestId);
	if (outcome && 'error' in outcome && outcome.isWallet) query.set('method', 'wallet');
	if (outcome && 'error' in outcome && outcome.endedAt) query.set('endedAt', String(outcome.endedAt));
	if (outcome && 'notice' in outcome) query.set('stopped', outcome.notice);
	return query.size > 0 ? `/login?${query}` : '/login';
}

/**
 * Whether a session began after the one whose end the login page reports: the person has signed in again, for example in another
 * tab. The cookie of an ended session may outlive the redirect to the login page, which must then not redirect back.
 * @param endedAt of the query; null if a page, and no request, found that its session had ended
 */
export function hasSignedInSince(session: Session, endedAt: string | null): boolean {
	return startMs(session) > Number(endedAt) * 1000;
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

const HALF_YEAR_SECONDS = 182 * 24 * 60 * 60;
/** A longer id would take space in the cookie budget from more important cookies. */
const MAX_INSTITUTION_CHARACTERS = 128;

const institutionCookie = () => cookieName('institution');

/**
 * Stores the chosen institution, so that it is listed first next time, until a person signs out. The id is from the
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
