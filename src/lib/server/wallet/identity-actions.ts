import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { handOver } from '../http/request';
import { Problem, toProblem } from '../http/problem';
import { formText } from '../http/request-body';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { currentSession } from './current-session';
import { CONTINUE_PAGE, completeWalletSession } from './complete';
import { identityEndPath } from './ending';
import { startIdv, submitIdv } from './idv';
import { isManual } from './idv-plan';
import { identityOutcomeOf } from './outcomes';
import type { OwnedSession } from './owned-sessions';
import { reasonOf } from './why-failed';

const IDENTITY_PAGE = '/login/identity';

/** Goes on to the institution: a page that hands the browser over, or whatever else there is to do. */
export async function startIdentity(event: RequestEvent, form: FormData) {
	const next = await attempt(event, form, async (owned) => {
		const started = await startIdv(event, owned);
		if (started.redirectUrl !== null) return { handover: started.redirectUrl };
		if (isManual(started)) return { goTo: IDENTITY_PAGE };
		// Nowhere to go and nothing to confirm: the session is complete, or can't be completed here.
		const { kind } = await completeWalletSession(event, owned);
		if (kind === 'idv_required') throw new Problem('manual_confirmation_not_offered');
		return { goTo: CONTINUE_PAGE };
	});
	if ('goTo' in next) redirect(303, next.goTo);
	handOver(event.setHeaders, next.handover);
	return next;
}

/** Sends what a person confirmed; with several candidates, one has to be chosen. */
export async function confirmIdentity(event: RequestEvent, form: FormData) {
	const candidateId = formText(form, 'candidateId');
	const outcome = await attempt(event, form, async (owned) => {
		const { candidates } = await bridge().readIdvStatus(owned.id, credentialFor(event.locals));
		if (candidates.length > 0 && !candidates.some(({ id }) => id === candidateId)) return 'choose_one';
		// Only what the Bridge has listed is sent to it.
		const submission = candidateId === null || candidates.length === 0 ? { confirm: true as const } : { candidateId };
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
async function attempt<Result>(
	event: RequestEvent,
	form: FormData,
	work: (owned: OwnedSession) => Promise<Result>
): Promise<Result> {
	const owned = await currentSession(event);
	try {
		if (!owned) throw new Problem('not_found');
		return await work(owned);
	} catch (error) {
		const code = owned ? await reasonOf(error, event, owned) : 'not_found';
		log.warn('identity verification could not go on', { requestId: event.locals.requestId, code, error });
		return redirect(303, identityEndPath(identityOutcomeOf(code), event.locals, owned, formText(form, 'returnTo')));
	}
}
