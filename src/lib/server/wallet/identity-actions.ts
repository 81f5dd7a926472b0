import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { handOver } from '../http/hand-over';
import { Problem, toProblem } from '../http/problem';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { identityEndPath } from './ending';
import { startIdv, submitIdv } from './idv';
import { isManual } from './identity-view';
import { identityOutcomeOf } from './outcomes';
import { type OwnedSession, ownedSessions } from './owned-sessions';

const IDENTITY_PAGE = '/login/identity';

/** Goes on to the institution: a page that hands the browser over, or back to see what else there is to do. */
export async function startIdentity(event: RequestEvent) {
	const started = await attempt(event, (owned) => startIdv(event, owned));
	if (started.redirectUrl === null) redirect(303, IDENTITY_PAGE);
	handOver(event.setHeaders, started.redirectUrl);
	return { handover: started.redirectUrl };
}

/** Sends what a person confirmed; with several candidates, one has to be chosen. */
export async function confirmIdentity(event: RequestEvent, candidateId: string | null) {
	const outcome = await attempt(event, async (owned) => {
		const { candidates } = await bridge().readIdvStatus(owned.id, credentialFor(event.locals));
		if (candidates.length > 0 && !candidates.some(({ id }) => id === candidateId)) return 'choose_one';
		const submission = candidateId === null ? { confirm: true as const } : { candidateId };
		return submitAfterStart(event, owned, submission);
	});
	if (outcome === 'choose_one') return fail(400, { fault: outcome });
	redirect(303, IDENTITY_PAGE);
}

/** Some deployments want verification begun before they take a confirmation. */
async function submitAfterStart(event: RequestEvent, owned: OwnedSession, submission: Parameters<typeof submitIdv>[2]) {
	try {
		return await submitIdv(event, owned, submission);
	} catch (error) {
		if (toProblem(error).code !== 'idv_not_started') throw error;
		const started = await startIdv(event, owned);
		if (!isManual(started) && started.redirectUrl !== null) throw error;
		return submitIdv(event, owned, submission);
	}
}

/** Works on this browser's newest wallet session; a fault leads to the screen that explains it. */
async function attempt<Result>(event: RequestEvent, work: (owned: OwnedSession) => Promise<Result>): Promise<Result> {
	try {
		const [owned] = await ownedSessions(event.cookies);
		if (!owned) throw new Problem('not_found');
		return await work(owned);
	} catch (error) {
		const { code } = toProblem(error);
		log.warn('identity verification could not go on', { requestId: event.locals.requestId, code, error });
		return redirect(303, identityEndPath(identityOutcomeOf(code), event.locals));
	}
}
