import { error } from '@sveltejs/kit';
import type { Session } from '../auth/session';
import { toProblem } from './problem';

/** What a page waits for; a known fault becomes the error page with the fault's own status, a bug is Kit's to report. */
export async function orErrorPage<Value>(work: Promise<Value>, { requestId }: App.Locals): Promise<Value> {
	try {
		return await work;
	} catch (fault) {
		const { code, status, message } = toProblem(fault);
		if (code === 'internal_error') throw fault;
		return error(status, { message, requestId });
	}
}

/** The session of a page in `(member)`; the `authorize` handle lets nobody in without. */
export function memberSession({ session, requestId, isStsAway }: App.Locals): Session {
	if (isStsAway) error(503, { message: 'The sign-in service does not answer; try again shortly.', requestId });
	return session ?? error(401, { message: 'Sign in first.', requestId });
}
