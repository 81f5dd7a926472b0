import type { Handle, RequestEvent } from '@sveltejs/kit';
import { isRevoked, isRevokedNow } from '../auth/revoked-sessions';
import { afterActivity, isActivity, withNewestActivity } from '../auth/idle';
import { loginPath } from '../auth/login-path';
import { tokenRefresher } from '../auth/refresh';
import { readSession, SessionTooLarge, writeSession } from '../auth/session-cookie';
import { revokeTokens } from '../auth/sign-out';
import { unixSeconds } from '../clock';
import { config } from '../config';
import { hasAccessToken, wantsPage } from '../http/request';
import { problemResponse } from '../http/problem';
import { withCookies } from '../http/headers';
import { returnPath } from '../http/return-path';
import { seeOther } from '../http/endpoint';
import { log } from '../log';

/**
 * Opens the session once, and writes it to the response. The session is written here only, and only if it has changed. A
 * slow response writes the newest tokens. It writes nothing if the session has been revoked since.
 */
export const session: Handle = async ({ event, resolve }) => {
	const { cookies } = event;
	const read = hasAccessToken(event) ? null : await readSession(cookies, unixSeconds());
	const before = read?.session ?? null;
	const isOver = before !== null && (await isRevoked(before));
	const current = before === null || isOver ? null : await afterActivity(before, isActivity(event));
	if (before !== null && !isOver && current === null) event.locals.sessionIdle = true;
	event.locals.session = current;
	const response = await resolve(event);
	const { session: after } = event.locals;
	if (after === before && !read?.stale) return response;
	if (after !== null && (await isRevokedNow(after))) return response;
	// The person has signed out, and perhaps in again, during this request: the browser's cookie may hold another session
	// by now.
	if (before !== null && !isOver && event.locals.sessionRevoked && (await isRevokedNow(before))) return response;
	try {
		const newest = after && (await withNewestActivity(await tokenRefresher().newest(after)));
		return withCookies(response, await writeSession(newest, cookies, unixSeconds()));
	} catch (error) {
		if (!(error instanceof SessionTooLarge)) throw error;
		// The session was only to be sealed again, or to record activity: the browser's cookie is still valid.
		if (after === current) return response;
		// These tokens are not stored anywhere, so they could not be revoked later.
		if (after) void revokeTokens(after, event.locals.requestId);
		return withCookies(tooLarge(event, response), await writeSession(null, cookies, unixSeconds()));
	}
};

/**
 * At a sign-in, or at a refresh that returned larger tokens. The session ends, because each further request would fail as
 * well.
 */
function tooLarge({ locals, request, url }: RequestEvent, { headers }: Response): Response {
	const { requestId } = locals;
	log.error('the tokens of a session are too large for cookies', { requestId });
	if (!wantsPage(request)) return problemResponse('unauthorized', requestId);
	// A sign-in redirects to the page that the person wanted; at a refresh they are already on it.
	const wanted = returnPath(headers.get('location') ?? url.pathname + url.search, config().origin);
	return seeOther(loginPath(wanted, { error: 'session_too_large', requestId }));
}
