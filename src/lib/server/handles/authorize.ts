import type { Handle, RequestEvent } from '@sveltejs/kit';
import { loginPath } from '../auth/login-path';
import { isApi } from '../http/caller';
import { problemResponse } from '../http/problem';
import { seeOther } from '../http/see-other';

/** The folder is the policy: what does not lie in `(public)` needs a session that lasts to the end of its answer, or an access token. */
export const authorize: Handle = async ({ event, resolve }) => {
	const { route, locals } = event;
	const open = route.id === null || route.id.startsWith('/(public)');
	if (open || locals.caller) return resolve(event);
	if (!locals.session) return refusal(event);
	const response = await resolve(event);
	// A service has refused the access token, and the STS the refresh token after it.
	return locals.hasEnded ? refusal(event) : response;
};

function refusal({ locals, url }: RequestEvent): Response {
	if (isApi(url.pathname)) return problemResponse('unauthorized', locals.requestId);
	const returnTo = url.pathname + url.search;
	const { requestId } = locals;
	return seeOther(loginPath(returnTo, locals.hasEnded && { error: 'session_expired', requestId }));
}
