import type { RouteId } from '$app/types';
import type { RequestEvent } from '@sveltejs/kit';
import { hasJustEndedWithAll } from '../auth/account-sessions';
import type { Session, SessionEnd } from '../auth/session';
import type { SignInError } from '../auth/sign-in-errors';
import { signOut } from '../auth/sign-out';
import { loginPath } from '../auth/login-page';
import { unixSeconds } from '../clock';
import { hasAccessToken, isApi } from '../http/request';
import { Problem, problemResponse, tokenNotAccepted } from '../http/problem';
import { discard, errorPage, seeOther } from '../http/endpoint';
import { log } from '../log';
import type { Handle } from './sequence';

const END_SESSIONS: RouteId = '/(member)/account/sessions/[which]/end';

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
	if (!event.locals.sessionEnd) return response;
	discard(response);
	return refusal(event);
}

/** What the login page says. Nothing about a session that this browser itself has replaced. */
const errorsByEnd: Readonly<Record<SessionEnd, SignInError | false>> = {
	revoked: 'session_ended',
	replaced: false,
	idle: 'session_expired',
	tokens: 'session_expired'
};

async function refusal(event: RequestEvent): Promise<Response> {
	const { locals, url } = event;
	if (isApi(event)) return problemResponse(hasAccessToken(event) ? tokenNotAccepted() : 'unauthorized', locals);
	if (await repeatsSignOutEverywhere(event)) {
		await signOut(event);
		return seeOther('/signed-out');
	}
	const returnTo = url.pathname + url.search;
	const { requestId } = locals;
	const error = locals.sessionEnd && errorsByEnd[locals.sessionEnd];
	if (error) log.limited('a sign-in is required again', { requestId, code: error });
	return seeOther(loginPath(returnTo, error && { error, requestId, endedAt: unixSeconds() }));
}

/**
 * Whether the person has pressed "Sign out everywhere" again, and the first press has ended all their sessions. The browser has
 * discarded its response. The session of this request may only sign out of this browser and the STS.
 */
async function repeatsSignOutEverywhere({ locals, params, request, route }: RequestEvent): Promise<boolean> {
	if (request.method !== 'POST' || route.id !== END_SESSIONS || params.which !== 'all') return false;
	return locals.endedSession !== undefined && (await hasJustEndedWithAll(locals.endedSession));
}

/**
 * The session of a page in `(member)`; the `authorize` handle ensures that there is one.
 * @throws a 503 while the STS is unavailable, a 401 without a session
 */
export function memberSession(locals: App.Locals): Session {
	if (locals.stsUnavailable) errorPage(new Problem('upstream_unavailable'), locals);
	return locals.session ?? errorPage(new Problem('unauthorized'), locals);
}
