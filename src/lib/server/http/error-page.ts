import { error, type RequestEvent } from '@sveltejs/kit';
import type { Session } from '../auth/session';
import { toProblem } from './problem';
import { readForm } from './request-body';

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

/** The session of a page in `(member)`; the `authorize` handle lets nobody in without. */
export function memberSession({ session, requestId, isStsAway }: App.Locals): Session {
	if (isStsAway) error(503, { message: 'The sign-in service does not answer; try again shortly.', requestId });
	return session ?? error(401, { message: 'Sign in first.', requestId });
}
