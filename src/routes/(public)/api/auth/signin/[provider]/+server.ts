import { beginSignIn, refusalPage, type SignInRefusal } from '$lib/server/auth/sign-in';
import { expectsPage } from '$lib/server/http/request';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import { Problem, type ProblemCode } from '$lib/server/http/problem';
import { formText, readForm } from '$lib/server/http/body';
import type { RequestHandler } from './$types';

const problemOf: Readonly<Partial<Record<SignInRefusal['error'], ProblemCode>>> = {
	sts_unavailable: 'upstream_unavailable',
	portal_misconfigured: 'upstream_invalid',
	rate_limited: 'rate_limited',
	login_first: 'unauthorized'
};

/**
 * The Auth.js endpoint that starts a sign-in, for same-origin requests. With `X-Auth-Return-Redirect` the response is
 * `{url}`.
 */
export const POST: RequestHandler = endpoint(async (event) => {
	const returnTo = formText(await readForm(event.request), 'callbackUrl');
	const start = await beginSignIn(event, { provider: event.params.provider, returnTo });
	const wantsUrl = event.request.headers.has('x-auth-return-redirect');
	if (!('error' in start)) return wantsUrl ? { url: start.url } : seeOther(start.url);
	if (expectsPage(event) && !wantsUrl) return refusalPage(event, start, returnTo);
	throw new Problem(problemOf[start.error] ?? 'not_found', { headers: start.headers ?? {} });
});
