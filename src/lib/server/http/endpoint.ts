import { error, isRedirect, type RequestEvent } from '@sveltejs/kit';
import { log } from '$lib/server/log';
import { countRefusal } from '$lib/server/metrics';
import { Problem, type ProblemCode, problemResponse, toProblem } from './problem';
import { withCookies, withDefaultHeaders } from './headers';
import { isLocale } from '$lib/i18n';
import { cookieName } from './cookies';
import { expectsPage } from './request';
import { readForm } from './request-body';

/**
 * Wraps an API handler. What it returns is the answer: a value (200), nothing (204), `reply(status, value)`, or any
 * Response. What it throws goes through the table of problems, and becomes a page where a person reads it; what isn't in
 * there is a bug, logged with the request id.
 */
export function endpoint<Event extends RefusedEvent & { platform?: Pick<App.Platform, 'json'> | undefined }>(
	handler: (event: Event) => unknown
): (event: Event) => Promise<Response> {
	return async (event) => {
		try {
			const answer = await handler(event);
			if (answer instanceof Response) return answer;
			// Created without headers: Deno serializes headers on creation, and again when others are added.
			if (answer === undefined) return new Response(null, { status: 204 });
			return event.platform ? event.platform.json(answer) : Response.json(answer);
		} catch (error) {
			if (isRedirect(error)) throw error;
			const problem = toProblem(error);
			report(problem, error, event.locals.requestId);
			return refusal(event, problem);
		}
	};
}

/** A JSON answer with a status of its own. */
export function reply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
	return Response.json(value, { status, headers });
}

/** For `export const fallback`: refuses every method that the route has no handler for. `allow`: such as `GET, HEAD`. */
export function methodNotAllowed(allow: string): (event: RefusedEvent) => Promise<Response> {
	return endpoint(() => {
		throw new Problem('method_not_allowed', { headers: { allow } });
	});
}

function report(problem: Problem, error: unknown, requestId: string): void {
	if (problem.code === 'payload_too_large') countRefusal('body_size');
	if (problem.code === 'internal_error') log.error('unexpected error in an endpoint', { requestId, error });
	else if (problem.status >= 500) log.warn('upstream fault', { ...problem.facts, requestId, code: problem.code });
}

/** A 303 to an address, with cookies to set on the way (RFC 9110 15.4.4). */
export function seeOther(location: string, setCookies: readonly string[] = []): Response {
	return withCookies(new Response(null, { status: 303, headers: { location } }), setCookies);
}

type RefusedEvent = Pick<RequestEvent, 'cookies' | 'fetch' | 'locals' | 'request' | 'route' | 'url'>;

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

/** The result of a page's work; a known fault becomes the error page with the fault's own status, a bug is Kit's to report. */
export async function orErrorPage<Value>(work: Promise<Value>, { requestId }: App.Locals): Promise<Value> {
	try {
		return await work;
	} catch (fault) {
		const { code, status, message } = toProblem(fault);
		if (code === 'internal_error') throw fault;
		return error(status, { message, requestId });
	}
}

/**
 * The form that a page's action was sent; a body that cannot be read, or is no form, becomes the error page. Actions without fields
 * read theirs as well: a request is either well-formed or refused.
 */
export function readPageForm({ request, locals }: Pick<RequestEvent, 'request' | 'locals'>): Promise<FormData> {
	return orErrorPage(readForm(request), locals);
}
