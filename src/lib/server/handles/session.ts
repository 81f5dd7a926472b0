import type { Handle } from '@sveltejs/kit';
import { hasAccessToken } from '../http/caller';
import { withCookies } from '../http/response-headers';
import { readSession, SessionTooLarge, writeSession } from '../auth/session-cookie';
import { log } from '../log';

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Opens the session once, and on the way out writes it, here alone, and only when it changed. */
export const session: Handle = async ({ event, resolve }) => {
	const cookies = event.request.headers.get('cookie');
	const read = hasAccessToken(event.request) ? null : await readSession(cookies, nowSeconds());
	const before = read?.session ?? null;
	event.locals.session = before;
	const response = await resolve(event);
	const { session: after } = event.locals;
	if (after === before && !read?.stale) return response;
	try {
		return withCookies(response, await writeSession(after, cookies, nowSeconds()));
	} catch (error) {
		if (!(error instanceof SessionTooLarge)) throw error;
		log.error('the tokens of a sign-in are too large for cookies', { requestId: event.locals.requestId });
		return new Response(null, { status: 303, headers: { location: '/login?error=session_too_large' } });
	}
};
