import type { RequestEvent } from '@sveltejs/kit';
import { callbackRuns } from '../auth/callback-once';
import { isProblem, type ProblemCode, problemCodeOf } from '../http/problem';
import { log } from '../log';
import { WorkFailed } from '../auth/run-once';
import { bridge, credentialFor } from './bridge';
import { identityEndPath } from './ending';
import { endIdvRound } from './idv';
import { identityOutcomeOf } from './outcomes';
import type { OwnedSession } from './owned-sessions';
import { requireUnused } from './used-sessions';
import { reasonOf } from './why-failed';

/** How long the outcome of a callback is shared with further requests of the same browser. */
const SHARED_MS = 60_000;
/** In place of the code of a fault. */
const FINISHED = 'finished';

/**
 * Ends the round at the institution; answers the page that shows where the person stands. A code works once: further
 * requests with it (a double click, a reload, a second instance) get the same outcome for a minute.
 */
export async function finishIdv(event: RequestEvent, owned: OwnedSession): Promise<string> {
	if (owned.idv === 'done') return '/login/identity';
	const fault = await finishOnce(event, owned);
	if (fault === null) {
		await endIdvRound(event, owned);
		return '/login/identity';
	}
	log.warn('identity verification did not finish', { requestId: event.locals.requestId, code: fault });
	return identityEndPath(identityOutcomeOf(fault), event.locals, owned);
}

/** @returns null where verification has finished, else why it has not */
async function finishOnce(event: RequestEvent, owned: OwnedSession): Promise<ProblemCode | null> {
	const { searchParams } = event.url;
	const parameters = ['code', 'state', 'error'].map((name) => searchParams.get(name));
	async function run(): Promise<string> {
		try {
			await requireUnused(owned.id);
			await bridge().finishIdv(owned.id, searchParams, credentialFor(event.locals));
			return FINISHED;
		} catch (cause) {
			const code = await reasonOf(cause, event, owned);
			// The code may be as good as before: a reload tries it again.
			if (isProblem(cause, 'upstream_unavailable', 'upstream_timeout', 'upstream_invalid'))
				throw new WorkFailed('postponed', code, { cause });
			return code;
		}
	}
	try {
		const secret = `identity verification ${JSON.stringify([owned.id, ...parameters])}`;
		const result = await callbackRuns().run({ secret, repeatLost: true, keepMs: SHARED_MS, run });
		return result === FINISHED ? null : (problemCodeOf(result) ?? 'internal_error');
	} catch (error) {
		if (!(error instanceof WorkFailed)) throw error;
		return problemCodeOf(error.code) ?? 'upstream_unavailable';
	}
}
