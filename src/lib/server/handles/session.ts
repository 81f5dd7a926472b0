import type { Handle, RequestEvent } from '@sveltejs/kit';
import { isRevoked, isRevokedNow } from '../auth/revoked-sessions';
import { loginPath } from '../auth/login-path';
import { renewals } from '../auth/refresh';
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
 * Opens the session once, and on the way out writes it, here alone, and only when it changed. A slow answer writes
 * what is newest by then; of a session that has been signed out meanwhile it writes nothing.
 */
export const session: Handle = async ({ event, resolve }) => {
	const { cookies } = event;
	const read = hasAccessToken(event) ? null : await readSession(cookies, unixSeconds());
	const before = read?.session ?? null;
	const isOver = before !== null && (await isRevoked(before));
	event.locals.session = isOver ? null : before;
	const response = await resolve(event);
	const { session: after } = event.locals;
	if (after === before && !read?.stale) return response;
	if (after !== null && (await isRevokedNow(after))) return response;
	// Signed out, and perhaps in again, while this answer was on its way: the browser's cookie is another's by now.
	if (before !== null && !isOver && event.locals.sessionRevoked && (await isRevokedNow(before))) return response;
	try {
		const newest = after && (await renewals().newest(after));
		return withCookies(response, await writeSession(newest, cookies, unixSeconds()));
	} catch (error) {
		if (!(error instanceof SessionTooLarge)) throw error;
		// It was only to be sealed again: the browser's cookie is good as it is.
		if (after === before) return response;
		// Nobody holds these tokens any more, so nobody could end them later.
		if (after) void revokeTokens(after, event.locals.requestId);
		return withCookies(tooLarge(event, response), await writeSession(null, cookies, unixSeconds()));
	}
};

/** At a sign-in, or at a renewal that has brought larger tokens: what can't be held any more ends, or each request would fail anew. */
function tooLarge({ locals, request, url }: RequestEvent, { headers }: Response): Response {
	const { requestId } = locals;
	log.error('the tokens of a session are too large for cookies', { requestId });
	if (!wantsPage(request)) return problemResponse('unauthorized', requestId);
	// A sign-in leads to the page that the person wanted; at a refresh they are on it.
	const wanted = returnPath(headers.get('location') ?? url.pathname + url.search, config().origin);
	return seeOther(loginPath(wanted, { error: 'session_too_large', requestId }));
}
