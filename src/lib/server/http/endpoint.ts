import { error, isRedirect, type RequestEvent } from '@sveltejs/kit';
import { log } from '$lib/server/log';
import { countRefusal } from '$lib/server/metrics';
import { isProblem, Problem, type ProblemCode, problemResponse, toProblem } from './problem';
import { withDefaultHeaders } from './headers';
import { config } from '../config';
import { isLocale } from '$lib/i18n';
import { cookieName } from './cookies';
import { expectsPage } from './request';
import { readForm } from './body';
import { PATH_HEADER, pathToRetry } from './return-path';

/**
 * Wraps an API handler. Its return value becomes the response: a value (200, as JSON), undefined (204), or any Response,
 * such as that of `reply(status, value)`. An error becomes the response of its problem: JSON, or a page if a person reads
 * it. An unknown error is a bug, and is logged with the request id.
 */
export function endpoint<Event extends RefusedEvent & { platform?: Pick<App.Platform, 'json'> | undefined }>(
	handler: (event: Event) => unknown
): (event: Event) => Promise<Response> {
	return async (event) => {
		try {
			const response = await handler(event);
			if (response instanceof Response) return response;
			// Created without headers: Deno serializes headers on creation, and again when others are added.
			if (response === undefined) return new Response(null, { status: 204 });
			return event.platform ? event.platform.json(response) : Response.json(response);
		} catch (error) {
			if (isRedirect(error)) throw error;
			const problem = toProblem(error);
			report(problem, error, event.locals.requestId);
			return refusal(event, problem);
		}
	};
}

/** A JSON response with the given status. */
export function reply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
	return Response.json(value, { status, headers });
}

function report(problem: Problem, error: unknown, requestId: string): void {
	if (problem.code === 'payload_too_large') countRefusal('body_size');
	if (isBug(error)) log.error('unexpected error', { requestId, where: 'endpoint', error });
	// The client has disconnected, which aborted the call.
	else if (problem.facts.fault === 'cancelled') return;
	// Anybody can cause such a refusal.
	else if (problem.code === 'busy') log.limited('the portal refused a request', factsOf(problem, requestId));
	else if (problem.status >= 500)
		log.warn(`a request failed because of ${culprit(problem)}`, factsOf(problem, requestId));
}

function factsOf({ code, facts }: Problem, requestId: string) {
	return { ...facts, requestId, code };
}

function culprit({ facts }: Problem): string {
	return facts.store === undefined ? 'an upstream service' : 'the shared store';
}

/** A 303 redirect (RFC 9110 15.4.4). Its headers can be changed, unlike those of `Response.redirect`. */
export function seeOther(location: string): Response {
	return new Response(null, { status: 303, headers: { location } });
}

/**
 * Ends a response that another one replaces. An unread body would keep its connection to a backend, and count as in progress, until a time
 * limit.
 */
export function discard({ body }: Pick<Response, 'body'>): void {
	// A body that has broken off can't be cancelled.
	void body?.cancel().catch(() => {});
}

/** Whether an error is none that the portal expects of a request or a service. */
function isBug(error: unknown): boolean {
	return toProblem(error).code === 'internal_error';
}

/** Logs an error that is caught and then ignored, or explained to the person, if it is a bug. */
export function logBug(error: unknown, requestId: string): void {
	if (isBug(error)) log.error('unexpected error', { requestId, where: 'application', error });
}

/** Logs an error that a page explains to the person: with this message, unless it is a bug. */
export function logFailure(
	message: string,
	fields: { readonly requestId: string; readonly error: unknown; readonly code?: ProblemCode }
): void {
	if (isBug(fields.error)) logBug(fields.error, fields.requestId);
	else log.warn(message, { code: toProblem(fields.error).code, ...fields });
}

type RefusedEvent = Pick<RequestEvent, 'cookies' | 'fetch' | 'locals' | 'request' | 'route' | 'url'>;

/** The response to a refused request: a page with a help code for a person, a JSON problem for other clients. */
export async function refusal(event: RefusedEvent, refused: Problem | ProblemCode): Promise<Response> {
	const problem = typeof refused === 'string' ? new Problem(refused) : refused;
	if (!expectsPage(event)) return problemResponse(problem, event.locals);
	event.locals.errorCode = problem.code;
	// Another site may have caused the request, so the page must not contain personal data.
	const isAnonymous = problem.code === 'forbidden_origin';
	const path = pathToRetry(event, config().origin);
	const page = await subRequest(event, `/refused?code=${problem.code}`, {
		isAnonymous,
		headers: { [PATH_HEADER]: path }
	});
	return withDefaultHeaders(withStatus(page, problem.status), problem.headers);
}

/**
 * Responds with another page of the portal, in the visitor's language, without changing the address. Its links and its language switch lead
 * to that page.
 * @param path of the page; its load function sees a sub-request
 */
export async function pageInstead(event: RefusedEvent, path: string, status: number): Promise<Response> {
	return withStatus(await subRequest(event, path), status);
}

interface SubRequestOptions {
	/** Renders the page as for a person who is not signed in. */
	readonly isAnonymous?: boolean;
	readonly headers?: Readonly<Record<string, string>>;
}

function subRequest(
	{ cookies, fetch, locals }: RefusedEvent,
	path: string,
	{ isAnonymous = false, headers: more = {} }: SubRequestOptions = {}
): Promise<Response> {
	const headers = new Headers({ ...more, 'x-request-id': locals.requestId });
	const locale = cookies.get(cookieName('locale'));
	if (isAnonymous && isLocale(locale)) headers.set('cookie', `${cookieName('locale')}=${locale}`);
	return fetch(path, { headers, credentials: isAnonymous ? 'omit' : 'same-origin' });
}

function withStatus(page: Response, status: number): Response {
	const headers = new Headers(page.headers);
	// Kit adds the cookies of a sub-request to the response of a route. A handle's refusal sets none: the next request does.
	headers.delete('set-cookie');
	return new Response(page.body, { status, headers });
}

/** Ends the load function or action of a page with the error page. */
export function errorPage({ code, status, message }: Problem, locals: App.Locals): never {
	locals.errorCode = code;
	const { requestId } = locals;
	error(status, { message, requestId, ...(code === 'forbidden_origin' && { reason: 'foreign' }) });
}

/**
 * Awaits the work of a page. A known error becomes the error page with that error's status. A bug is rethrown for Kit to
 * report.
 */
export async function orErrorPage<Value>(work: Promise<Value>, locals: App.Locals): Promise<Value> {
	try {
		return await work;
	} catch (fault) {
		if (isBug(fault)) throw fault;
		const problem = toProblem(fault);
		report(problem, fault, locals.requestId);
		return errorPage(problem, locals);
	}
}

/**
 * Awaits an act that removes something. If it no longer exists, the act is done: after an impatient second press of the button,
 * the browser shows only the second response.
 */
export async function orAlreadyDone(act: Promise<void>): Promise<void> {
	try {
		await act;
	} catch (fault) {
		if (!isProblem(fault, 'not_found')) throw fault;
	}
}

/**
 * Reads the form that was sent to a page's action. A body that cannot be read, or is not a form, becomes the error page.
 * Actions without fields read it as well, so that a malformed request is always refused.
 */
export function readPageForm({ request, locals }: Pick<RequestEvent, 'request' | 'locals'>): Promise<FormData> {
	return orErrorPage(readForm(request), locals);
}
