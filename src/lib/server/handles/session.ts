import type { RouteId } from '$app/types';
import type { RequestEvent } from '@sveltejs/kit';
import { isReplaced, isRevoked, isRevokedNow } from '../auth/revoked-sessions';
import { audit } from '../audit';
import { createBoundedCache } from '../cache';
import { loginPath } from '../auth/login-page';
import { markSignedOut } from '../auth/sign-out';
import { tokenRefresher } from '../auth/refresh';
import { type ReadSession, readSession, writeSession } from '../auth/session-cookie';
import type { Session, SessionEnd } from '../auth/session';
import {
	hasStoredTokens,
	removeStoredTokens,
	revokeTokens,
	SessionTooLarge,
	sessionTokens,
	withoutTokens
} from '../auth/session-tokens';
import { sharedStore } from '../store';
import { StoreUnavailable } from '../store/store';
import { logSessionEnd, usesTokens } from './refresh';
import { sessionList } from '../auth/session-list';
import { unixSeconds } from '../clock';
import { config } from '../config';
import { hasAccessToken, isLookAhead, type RoutePath, routePath, wantsPage } from '../http/request';
import { problemResponse } from '../http/problem';
import { withCookies } from '../http/headers';
import { returnPath } from '../http/return-path';
import { discard, seeOther } from '../http/endpoint';
import { log } from '../log';
import type { Handle } from './sequence';

const SIGN_OUT: RouteId = '/(public)/api/auth/signout';
/** No person signs in again in this time, in milliseconds. */
const LATE_MS = 2000;

/**
 * Opens the session once, and writes it to the response. The session is written here only, and only if it has changed. A
 * slow response writes the newest tokens. It writes nothing if the session has been revoked since, and deletes no cookie that
 * may be that of a later session.
 */
export const session: Handle = async ({ event, resolve }) => {
	const begunMs = performance.now();
	const opened = await openSession(event);
	const { locals } = event;
	const { stored, current, end } = opened;
	locals.session = current;
	if (end !== null) locals.sessionEnd = end;
	if (end !== null && stored !== null) locals.endedSession = withoutTokens(stored);
	const response = await resolve(event);
	noteInList(event, opened);
	const isUnchanged = locals.session === stored && !opened.read?.stale;
	const isLate = performance.now() - begunMs > LATE_MS;
	return isUnchanged || (await mayHaveLaterSession(event, opened, isLate))
		? response
		: written(event, opened, response);
};

/** The session that came with a request. */
interface Opened {
	/** As the cookie has it; null if there is none. */
	readonly read: ReadSession | null;
	/** With its tokens, if they are in the shared store and could be read. */
	readonly stored: Session | null;
	/** With the time of this activity: what the route gets. Null if the session has ended. */
	readonly current: Session | null;
	/** Why it had ended before this request; null if it had not. */
	readonly end: SessionEnd | null;
}

async function openSession(event: RequestEvent): Promise<Opened> {
	const { cookies, locals } = event;
	const read = hasAccessToken(event) ? null : readSession(cookies, unixSeconds());
	if (read === null) return { read, stored: null, current: null, end: null };
	const ended = (end: SessionEnd, stored = read.session): Opened => ({ read, stored, current: null, end });
	if (await isRevoked(read.session)) {
		if (await isReplaced(read.session)) return ended('replaced');
		// A sign-out elsewhere, an operator or the STS ended it. The STS may still have its own session with this browser.
		markSignedOut(cookies, read.session);
		return ended('revoked');
	}
	const stored = await withStoredTokens(event, read);
	if (stored === null) return ended('tokens');
	const current = await afterActivity(stored, isActivity(event));
	if (current !== null) return { read, stored, current, end: null };
	auditEnd(stored, { by: 'idle' }, locals);
	return ended('idle', stored);
}

/** Keeps the list of the person's sessions up to date. Not awaited: the list must not delay a response. */
function noteInList(event: RequestEvent, { read, end }: Opened): void {
	const before = read?.session;
	const { session: after } = event.locals;
	const isListed = end !== 'revoked' && end !== 'replaced';
	if (before && isListed && after?.id !== before.id)
		void sessionList().remove(before.userId, ({ id }) => id === before.id);
	if (after !== null && isActivity(event))
		void sessionList().noteActivity(after, event.request.headers.get('user-agent'));
}

/**
 * Whether the browser may have the cookie of a later session by now, which this response must not overwrite or delete. If it has
 * not, its next request deletes the cookie of the session that has ended.
 */
async function mayHaveLaterSession(
	{ locals, route }: RequestEvent,
	{ read, end }: Opened,
	isLate: boolean
): Promise<boolean> {
	if (locals.session !== null) return isRevokedNow(locals.session);
	if (route.id === SIGN_OUT) return false;
	if (end !== null) return end === 'replaced' || isLate;
	// The request itself has ended the session, as the person wanted.
	if (locals.sessionEnd === undefined) return false;
	// The STS has ended it during the request. The person may have signed out in the meantime, and perhaps in again.
	return isLate || (read !== null && (await isRevokedNow(read.session)));
}

/** The response with the cookies of the session that the request ends with. */
async function written(event: RequestEvent, { read, current, end }: Opened, response: Response): Promise<Response> {
	const { cookies, locals } = event;
	const before = read?.session;
	const { session: after } = locals;
	const mayHaveTokens = end === null || end === 'idle';
	try {
		const newest = after && (await withNewestActivity(await tokenRefresher().newest(after)));
		const setCookies = await writeSession(newest, cookies, unixSeconds(), read);
		if (before && mayHaveTokens && after?.id !== before.id) await removeStoredTokens(before);
		return withCookies(response, setCookies);
	} catch (error) {
		if (!(error instanceof SessionTooLarge || error instanceof StoreUnavailable)) throw error;
		// The session was only to be sealed again, or to record activity, or its new tokens are still in the results of
		// refreshes: the browser's cookie is still valid.
		if (after === current || error instanceof StoreUnavailable) return response;
		// These tokens are not stored anywhere, so they could not be revoked later.
		if (after) {
			void revokeTokens(after, locals.requestId);
			auditEnd(after, { by: 'portal', reason: 'session_too_large' }, locals);
		}
		return withCookies(tooLarge(event, response, error), await writeSession(null, cookies, unixSeconds()));
	}
}

/** Sessions whose end is in the audit log: a copy of the cookie may come back any number of times. */
const auditedEnds = createBoundedCache<object>({ maxBytes: 2 * 1024 ** 2, bytesOf: () => 0 });

function auditEnd(ended: Session, how: { by: 'idle' } | { by: 'portal'; reason: string }, locals: App.Locals): void {
	if (auditedEnds.has(ended.id)) return;
	auditedEnds.set(ended.id, {});
	audit('session.ended', { ...ended, ...how }, locals);
}

/**
 * The session with its tokens, if they are in the shared store and this request uses them. While the store is unavailable,
 * without them. Null if the store has lost them: the session then ends.
 */
async function withStoredTokens(event: RequestEvent, { session, stale }: ReadSession): Promise<Session | null> {
	if (!hasStoredTokens(session) || !(usesTokens(event) || stale === 'format')) return session;
	const { locals } = event;
	try {
		const loaded = await sessionTokens().load(session);
		if (loaded) return loaded;
		const reason = 'tokens_not_in_store';
		logSessionEnd(reason, locals);
		// A sign-out at another instance, or a new sign-in, has just deleted them, and is in the audit log.
		if (!(await isRevokedNow(session))) auditEnd(session, { by: 'portal', reason }, locals);
		return null;
	} catch (error) {
		if (!(error instanceof StoreUnavailable)) throw error;
		log.debug('the tokens of a session could not be read', { requestId: locals.requestId, error });
		return session;
	}
}

/**
 * At a refresh that returned larger tokens. The session ends, because each further request would fail as well. At a sign-in
 * the tokens are stored before the session begins (`storeTokens`).
 */
function tooLarge({ locals, request, url }: RequestEvent, replaced: Response, error: SessionTooLarge): Response {
	discard(replaced);
	const { requestId } = locals;
	log.error('the tokens of a session are too large', { requestId, error });
	if (!wantsPage(request)) return problemResponse('unauthorized', locals);
	// A form redirects to the page that the person wanted; otherwise they are already on it.
	const wanted = returnPath(replaced.headers.get('location') ?? url.pathname + url.search, config().origin);
	return seeOther(loginPath(wanted, { error: 'session_too_large', requestId }));
}

/** The time of the last activity is written at most once in this part of the idle timeout, and at most once a minute. */
const STEP_PART = 0.1;
const MIN_STEP_SECONDS = 60;

/** Routes that no click of a person calls: pages, monitors and generators of clients do by themselves. */
const backgroundRoutes: ReadonlySet<string> = new Set<RoutePath>([
	'/api/auth/session',
	'/api/health',
	'/api/health/ready',
	'/api/openapi.json',
	'/api/wallet/sessions/[id]/complete',
	'/api/wallet/sessions/[id]/events',
	'/api/wallet/sessions/[id]/status',
	'/login/identity/view',
	'/login/wallet/view'
]);

/** Whether a person has probably caused a request: it opens a page, sends a form, or calls another part of the API. */
export function isActivity(event: Pick<RequestEvent, 'request' | 'route'>): boolean {
	const route = routePath(event);
	return route !== null && !backgroundRoutes.has(route) && !isLookAhead(event.request);
}

/**
 * Applies the idle timeout to the session of a request. The time of the last activity is sealed in the cookie. The store
 * has a copy, which only extends a session: a response that was slow may bring back a cookie with an older time.
 * @param isActive whether the request is activity
 * @returns the session, with the time of this activity if it has to be written; null if the session has been idle for too long
 */
export async function afterActivity(session: Session, isActive: boolean): Promise<Session | null> {
	const { sessionIdleSeconds: idle } = config();
	if (idle === 0) return session;
	const now = unixSeconds();
	if (session.activeAt === undefined) return touched(session, now);
	const isOver = ({ activeAt = 0 }: Session) => now >= activeAt + idle;
	const current = isOver(session) ? await withNewestActivity(session) : session;
	if (isOver(current)) return null;
	const isDue = now - (current.activeAt ?? 0) >= Math.max(MIN_STEP_SECONDS, idle * STEP_PART);
	return isActive && isDue ? touched(current, now) : current;
}

async function touched(session: Session, now: number): Promise<Session> {
	await sharedStore().write(keyOf(session), String(now), config().sessionIdleSeconds * 1000);
	return { ...session, activeAt: now };
}

/** The session with the latest activity that the store knows of. Call it before the session is written. */
export async function withNewestActivity(session: Session): Promise<Session> {
	if (config().sessionIdleSeconds === 0) return session;
	const text = (await sharedStore().read(keyOf(session)))?.text ?? '';
	const activeAt = /^\d{1,12}$/.test(text) ? Math.min(Number(text), unixSeconds()) : 0;
	return activeAt > (session.activeAt ?? 0) ? { ...session, activeAt } : session;
}

function keyOf({ id }: Session): string {
	return `active:${id}`;
}
