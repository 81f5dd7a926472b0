import { isRedirect } from '@sveltejs/kit';
import { log } from '$lib/server/log';
import { countRefusal } from '$lib/server/metrics';
import { Problem, toProblem } from './problem';
import { refusal, type RefusedEvent } from './refusal';

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
