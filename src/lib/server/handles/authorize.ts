import type { RequestEvent } from '@sveltejs/kit';
import type { Session } from '../auth/session';
import { loginPath } from '../auth/login-page';
import { isApi } from '../http/request';
import { Problem, problemResponse } from '../http/problem';
import { discard, errorPage, seeOther } from '../http/endpoint';
import { log } from '../log';
import type { Handle } from './sequence';

/**
 * The folder is the policy: a route outside `(public)` requires an access token, or a session that is still valid when the
 * response is complete.
 */
export const authorize: Handle = (input) => {
	const { route, locals } = input.event;
	const open = route.id === null || route.id.startsWith('/(public)');
	if (open || locals.apiClient) return input.resolve(input.event);
	return locals.session ? resolveUnlessEnded(input) : refusal(input.event);
};

async function resolveUnlessEnded({ event, resolve }: Parameters<Handle>[0]): Promise<Response> {
	const response = await resolve(event);
	// A service has refused the access token, and the STS has then refused the refresh token.
	if (!event.locals.tokensUnusable) return response;
	discard(response);
	return refusal(event);
}

function refusal(event: RequestEvent): Response {
	const { locals, url } = event;
	if (isApi(event)) return problemResponse('unauthorized', locals);
	const returnTo = url.pathname + url.search;
	const { requestId } = locals;
	const isExpired = locals.tokensUnusable ?? locals.sessionIdle ?? false;
	const error = locals.sessionRevoked ? 'session_ended' : isExpired && 'session_expired';
	if (error) log.limited('a sign-in is required again', { requestId, code: error });
	return seeOther(loginPath(returnTo, error && { error, requestId }));
}

/**
 * The session of a page in `(member)`; the `authorize` handle ensures that there is one.
 * @throws a 503 while the STS is unavailable, a 401 without a session
 */
export function memberSession(locals: App.Locals): Session {
	if (locals.stsUnavailable) errorPage(new Problem('upstream_unavailable'), locals);
	return locals.session ?? errorPage(new Problem('unauthorized'), locals);
}
