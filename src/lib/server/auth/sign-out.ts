import type { Cookies, RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { audit } from '../audit';
import { config } from '../config';
import { log } from '../log';
import { stsMetadata } from '../sts/metadata';
import { unixSeconds, withinLimit } from '../clock';
import type { Session } from './session';
import { cookieAttributes, cookieName, sealOf } from '../http/cookies';
import { builtin } from '../runtime';
import { forgetInstitution } from './login-page';
import { findFlow, FLOW_COOKIE_SECONDS, flowIds, forgetFlow, forgetLinkedWallet, sessionIdOf } from './sign-in-flow';
import { markAllUsed } from './wallet-cookies';
import { tokenRefresher } from './refresh';
import { revokeSession } from './revoked-sessions';
import { revokeTokens, SIGN_OUT_LIMIT_MS } from './session-tokens';

/**
 * Signs out of the portal immediately, and of the STS if it can be reached. The next person at this browser finds no data of
 * this one: no wallet session, no unfinished sign-in, no institution. These are deleted even without a session. The browser
 * then has to open `/signed-out`. If it discards this response because the person presses the button again, the next request has
 * a session that has already ended, or only the mark, and still signs out of the STS.
 */
export async function signOut({ locals, cookies }: Pick<RequestEvent, 'locals' | 'cookies'>): Promise<void> {
	const { session, endedSession, requestId } = locals;
	locals.session = null;
	await markAllUsed(cookies);
	await abandonAllFlows(cookies);
	forgetInstitution(cookies);
	forgetLinkedWallet(cookies);
	const state = markSignedOut(cookies, session ?? endedSession);
	const leaveSts = async (left: Session | null) => {
		const url = state && (await endSessionUrl(left, state, requestId));
		if (url) keepLogoutRedirect(cookies, url);
	};
	if (session) {
		await revokeSession(session);
		const newest = await tokenRefresher().newest(session);
		await Promise.all([leaveSts(newest), revokeTokens(newest, requestId)]);
		audit('sign_out.succeeded', session, locals);
	} else if (endedSession) await leaveSts(endedSession);
	// Another tab has already deleted the cookie of the session.
	else if (cookies.get(logoutRedirectCookie()) === undefined) await leaveSts(null);
}

/**
 * Deletes all unfinished sign-ins, and revokes the sessions that they would begin: also one whose callback is redeeming its code
 * can't sign anybody in later.
 */
async function abandonAllFlows(cookies: Cookies): Promise<void> {
	const ids = flowIds(cookies);
	const flows = ids.map((id) => findFlow(cookies, id)).filter((flow) => flow !== null);
	for (const id of ids) forgetFlow(cookies, id);
	const endsAt = unixSeconds() + FLOW_COOKIE_SECONDS + config().sessionMaxAgeSeconds;
	await Promise.all(flows.map((flow) => revokeSession({ id: sessionIdOf(flow), endsAt })));
}

/**
 * The URL of the STS's end-session page (OpenID Connect RP-Initiated Logout 2); null if the STS has none or is unavailable.
 * `logout_hint` names the session. An ID token in a URL ends up in histories, so `id_token_hint` requires
 * SIGN_OUT_ID_TOKEN_HINT.
 * @param session null if it is unknown: the STS may then ask the person whether to sign out
 * @param state the page redirects the browser back with it
 */
export async function endSessionUrl(session: Session | null, state: string, requestId: string): Promise<string | null> {
	const { origin, sts } = config();
	try {
		const { end_session_endpoint: endpoint } = await withinLimit(stsMetadata(), SIGN_OUT_LIMIT_MS);
		if (!endpoint) return null;
		const url = new URL(endpoint);
		url.searchParams.set('client_id', sts.clientId);
		url.searchParams.set('post_logout_redirect_uri', `${origin}/`);
		url.searchParams.set('state', state);
		if (session) url.searchParams.set('logout_hint', session.sid ?? session.sub);
		if (sts.signOutIdTokenHint && session?.idToken) url.searchParams.set('id_token_hint', session.idToken);
		return url.href;
	} catch (error) {
		log.warn('the end-session endpoint is unknown while the STS is unreachable', { requestId, error });
		return null;
	}
}

const LOGOUT_REDIRECT_SECONDS = 60;
const logoutRedirectCookie = () => cookieName('departure');
const logoutRedirectSeal = sealOf('departure', v.string());

/**
 * Stores the URL to which the next page redirects a signed-out browser. A response to a form may not redirect to
 * another origin, and a URL in the query of one of our pages could come from anyone.
 */
export function keepLogoutRedirect(cookies: Cookies, url: string): void {
	cookies.set(logoutRedirectCookie(), logoutRedirectSeal.seal(url), {
		...cookieAttributes(),
		maxAge: LOGOUT_REDIRECT_SECONDS
	});
}

/** Reads that URL and deletes its cookie; null if there is none. */
export function takeLogoutRedirect(cookies: Cookies): string | null {
	const text = cookies.get(logoutRedirectCookie());
	if (text === undefined) return null;
	cookies.delete(logoutRedirectCookie(), cookieAttributes());
	return logoutRedirectSeal.openFor(cookies, text)?.value ?? null;
}

const signedOutCookie = () => cookieName('signedout');

/** The value of a mark that belongs to no sign-out at the STS. */
const NO_STATE = '1';
const STATE_CHARACTERS = 22;

/**
 * The `state` of a session's sign-out. It is unguessable, and the same for all requests with this session: a second press of
 * the button, or a late response in another tab, does not change the mark of a sign-out in progress.
 */
function signOutState({ id }: Session): string {
	const [first = ''] = config().secrets;
	const digest = builtin.crypto().createHmac('sha256', first).update(`sign-out ${id}`).digest('base64url');
	return digest.slice(0, STATE_CHARACTERS);
}

/**
 * Records in this browser that a person has signed out while the STS may still have a session for them. The next
 * sign-in then requires a new login, because the next person at a shared computer may be another one. It is deleted once the STS
 * has ended its session (`isBackFromSts`), or after a sign-in with a required login.
 * @param ended the session that has ended; without one, a mark of an earlier sign-out stays
 * @returns the `state` of the sign-out; null if no session is known to which it belongs
 */
export function markSignedOut(cookies: Cookies, ended?: Session): string | null {
	const state = ended ? signOutState(ended) : stateOfMark(cookies);
	const lifetime = { maxAge: config().sessionMaxAgeSeconds };
	cookies.set(signedOutCookie(), state ?? NO_STATE, { ...cookieAttributes(), ...lifetime });
	return state;
}

/** Whether this browser returns from the STS's end-session page for its last sign-out. Deletes the mark if it does. */
export function isBackFromSts(cookies: Cookies, state: string | null): boolean {
	if (state === null || state !== stateOfMark(cookies)) return false;
	clearSignedOutMark(cookies);
	return true;
}

function stateOfMark(cookies: Cookies): string | null {
	const value = cookies.get(signedOutCookie());
	return value !== undefined && /^[\w-]{22}$/.test(value) ? value : null;
}

export function isMarkedSignedOut(cookies: Cookies): boolean {
	return cookies.get(signedOutCookie()) !== undefined;
}

export function clearSignedOutMark(cookies: Cookies): void {
	if (isMarkedSignedOut(cookies)) cookies.delete(signedOutCookie(), cookieAttributes());
}
