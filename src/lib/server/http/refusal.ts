import type { RequestEvent } from '@sveltejs/kit';
import { isLocale } from '$lib/i18n';
import { cookieName } from '../auth/cookie';
import { expectsPage } from './caller';
import { Problem, type ProblemCode, problemResponse } from './problem';
import { withDefaultHeaders } from './response-headers';

export type RefusedEvent = Pick<RequestEvent, 'cookies' | 'fetch' | 'locals' | 'request' | 'route' | 'url'>;

/** A refusal in the form that its caller reads: a page with a help code for a person, a JSON problem for a program. */
export async function refusal(event: RefusedEvent, refused: Problem | ProblemCode): Promise<Response> {
	const problem = typeof refused === 'string' ? new Problem(refused) : refused;
	if (!expectsPage(event)) return problemResponse(problem, event.locals.requestId);
	// Another site may have caused the request: nothing that belongs to the person may be on the page.
	const isAnonymous = problem.code === 'forbidden_origin';
	const page = await pageInstead(event, `/refused?code=${problem.code}`, problem.status, isAnonymous);
	return withDefaultHeaders(page, problem.headers);
}

/**
 * Another page of the portal as the response at this address, in the visitor's language.
 * @param path of the page; its load function sees a sub-request
 * @param isAnonymous draws the page as for somebody who is not signed in
 */
export async function pageInstead(
	{ cookies, fetch, locals }: RefusedEvent,
	path: string,
	status: number,
	isAnonymous = false
): Promise<Response> {
	const headers = new Headers({ 'x-request-id': locals.requestId });
	const locale = cookies.get(cookieName('locale'));
	if (isAnonymous && isLocale(locale)) headers.set('cookie', `${cookieName('locale')}=${locale}`);
	const page = await fetch(path, { headers, credentials: isAnonymous ? 'omit' : 'same-origin' });
	return new Response(page.body, { status, headers: page.headers });
}
