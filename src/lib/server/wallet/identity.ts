import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { config } from '../config';
import { bridge, credentialFor } from './bridge';
import type { IdvStart, IdvStatus } from '../bridge/normalize';
import type { IdvSubmission } from '../bridge/request';
import { isProblem, Problem, type ProblemCode, problemCodeOf, toProblem } from '../http/problem';
import { consumeWalletSessionQuota } from '../http/rate-limit';
import { currentSession, keepSession } from './owned-sessions';
import { isUsedUp, type OwnedSession, requireUnused } from '../auth/wallet-cookies';
import type { Locale } from '$lib/i18n';
import { type Candidate, IDENTITY_PAGE, type IdentityWay } from '$lib/wallet/view';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { callbackRuns } from '../auth/sign-in-result';
import { logBug, logFailure } from '../http/endpoint';
import { log } from '../log';
import { WorkFailed } from '../auth/run-once';
import type { LinkingMark } from '../store/kinds';
import { markLinking, outcomeAfter } from './cancel';
import { auditOnce, identityEndPath, reasonOf, CONTINUE_PAGE, completeWalletSession } from './sessions';
import { redirectByRefresh } from '../http/request';
import { formText } from '../http/body';

/**
 * Starts identity verification at the Auth Bridge. If `redirectUrl` is null, the person does not visit the institution:
 * they confirm on the portal's own page if `isManual`, and otherwise the session is to be completed now.
 * @throws {Problem} `not_found` if the session is used up, `idv_repeated` if the session's one identity verification is
 * done, `rate_limited`, or the error of the Auth Bridge
 */
export async function startIdv(event: RequestEvent, owned: OwnedSession): Promise<IdvStart> {
	await requireUnused(owned.id);
	if (owned.idv === 'done') throw new Problem('idv_repeated');
	await consumeWalletSessionQuota(owned.id);
	const redirectUri = `${config().origin}/api/wallet/sessions/${owned.id}/idv/callback`;
	const started = await linkUnlessUsed(owned, 'started', () =>
		bridge().initiateIdv(owned.id, { redirectUri }, credentialFor(event.locals))
	);
	// Without a visit and a confirmation, nothing new is linked: the wallet's link is still valid.
	const isNew = started.redirectUrl !== null || isManual(started);
	if (isNew) auditOnce('identity_verification.started', owned, event.locals);
	if (started.redirectUrl !== null) await keepSession(event, { ...owned, idv: 'started' });
	else if (isManual(started)) await keepSession(event, { ...owned, idv: 'manual' });
	return started;
}

/**
 * Submits what the person confirmed, on the portal's own page or through the API. If it is not accepted, the session stays as it is:
 * the Auth Bridge may allow another confirmation.
 * @throws {Problem} `not_found` if the session is used up, `rate_limited`, or the error of the Auth Bridge
 */
export async function submitIdv(event: RequestEvent, owned: OwnedSession, submission: IdvSubmission) {
	await requireUnused(owned.id);
	await consumeWalletSessionQuota(owned.id);
	const { status } = await linkUnlessUsed(owned, 'submitted', () =>
		bridge().submitIdv(owned.id, submission, credentialFor(event.locals))
	).catch(async (error: unknown) => {
		const code = await reasonOf(error, event, owned);
		// The confirmation has to follow a start: nothing has failed yet.
		if (code !== 'idv_not_started') auditFailure(code, owned, event.locals);
		throw error;
	});
	const ongoing = owned.idv === 'manual' ? 'manual' : 'started';
	const isDone = isVerified(status);
	if (isDone) auditOnce('identity_verification.ended', owned, event.locals);
	await keepSession(event, { ...owned, idv: isDone ? 'done' : ongoing });
	return { sessionId: owned.id, status };
}

/** Whether the status says that the person is known. */
export function isVerified(status: SessionStatusValue): boolean {
	return status === 'VERIFIED' || status === 'COMPLETED';
}

function auditFailure(reason: ProblemCode, { id }: OwnedSession, locals: App.Locals): void {
	audit('identity_verification.failed', { walletSessionId: id, reason }, locals);
}

/**
 * Sends a request that may link the wallet, unless the session is used up.
 * @throws {Problem} `not_found` if the session is used up, also if that happened during the request: its cookie must then not
 * be set again
 */
async function linkUnlessUsed<Result>({ id }: OwnedSession, mark: LinkingMark, send: () => Promise<Result>) {
	await markLinking(id, mark);
	await requireUnused(id);
	const result = await send();
	await requireUnused(id);
	return result;
}

/** Records that the session's one identity verification is done, unless the session was used up in the meantime. */
export async function endIdvRound(event: RequestEvent, owned: OwnedSession): Promise<OwnedSession> {
	const ended: OwnedSession = { ...owned, idv: 'done' };
	auditOnce('identity_verification.ended', owned, event.locals);
	if (!(await isUsedUp(owned.id))) await keepSession(event, ended);
	return ended;
}

type Plan = Pick<IdvStatus, 'planType' | 'reason'>;

/** Whether the person confirms on the portal's own page instead of at the institution. */
function isManual({ planType, reason }: Plan): boolean {
	return planType === null ? reason === 'CANDIDATE_MATCH_CONFIRMATION' : planType === 'MANUAL_REVIEW';
}

/** Like `isManual`, for a session. Some deployments return the plan only when identity verification starts. */
export function isManualFor(owned: OwnedSession, plan: Plan): boolean {
	return owned.idv === 'manual' || isManual(plan);
}

/** What the person has to do, if it is not a confirmation on the portal's own page. */
export function wayOf({ planType }: Plan): IdentityWay {
	if (planType === 'STEP_UP') return 'step-up';
	return planType === 'SKIP_RECONCILIATION' || planType === 'USE_EXISTING_BINDING' ? 'none' : 'visit';
}

/** The candidates with their labels in one language. */
export function candidatesIn(locale: Locale, candidates: IdvStatus['candidates']): readonly Candidate[] {
	return candidates.map(({ id, label }) => ({ id, label: label[locale] }));
}

/** How long further requests with the same callback parameters get the outcome of the first, in milliseconds. */
const SHARED_MS = 60_000;
/** The results of a callback that was accepted. The result of another one is a problem code. */
const FINISHED = 'finished';
/** The Auth Bridge has not decided yet, for example because the institution's staff reviews the request. */
const ONGOING = 'ongoing';

/**
 * Handles the authorization response of the institution. A code can be used once: further requests with it (a double click, a
 * reload, a request to another instance) get the same outcome for one minute.
 * @returns the path of the page that shows the outcome
 */
export async function finishIdv(event: RequestEvent, owned: OwnedSession): Promise<string> {
	if (owned.idv === 'done') return IDENTITY_PAGE;
	const result = await finishOnce(event, owned);
	if (result === FINISHED) await endIdvRound(event, owned);
	if (typeof result === 'string') return IDENTITY_PAGE;
	const { code } = result;
	auditFailure(code, owned, event.locals);
	log.warn('identity verification did not finish', { requestId: event.locals.requestId, ...result });
	return identityEndPath(await outcomeAfter(code, owned), event.locals, owned);
}

interface Failure {
	readonly code: ProblemCode;
	/** The error of the call, if it may be repeated. */
	readonly error?: WorkFailed;
}

/** @returns whether identity verification has finished or is ongoing, otherwise the failure, for the log */
async function finishOnce(
	event: RequestEvent,
	owned: OwnedSession
): Promise<typeof FINISHED | typeof ONGOING | Failure> {
	const { searchParams } = event.url;
	const parameters = ['code', 'state', 'iss', 'error'].map((name) => searchParams.get(name));
	async function run(): Promise<string> {
		try {
			await requireUnused(owned.id);
			await consumeWalletSessionQuota(owned.id);
			const { status } = await bridge().finishIdv(owned.id, searchParams, credentialFor(event.locals));
			return isVerified(status) ? FINISHED : ONGOING;
		} catch (cause) {
			const code = await reasonOf(cause, event, owned);
			logBug(cause, event.locals.requestId);
			// The code may still be unused, so a reload may try it again.
			if (isProblem(cause, 'rate_limited', 'upstream_unavailable', 'upstream_timeout', 'upstream_invalid'))
				throw new WorkFailed('postponed', code, { cause });
			return code;
		}
	}
	try {
		const secret = `identity verification ${JSON.stringify([owned.id, ...parameters])}`;
		const result = await callbackRuns().run({ secret, repeatLost: true, keepMs: SHARED_MS, run });
		if (result === FINISHED || result === ONGOING) return result;
		return { code: problemCodeOf(result) ?? 'internal_error' };
	} catch (error) {
		if (!(error instanceof WorkFailed)) throw error;
		return { code: problemCodeOf(error.code) ?? 'upstream_unavailable', error };
	}
}

/**
 * The form action that starts identity verification. It returns a page that forwards the browser to the institution, or
 * redirects to the portal's page for the next step.
 */
export async function startIdentity(event: RequestEvent, form: FormData) {
	const next = await onCurrentSession(event, form, async (owned) => {
		const started = await startIdv(event, owned);
		if (started.redirectUrl !== null) return { continueUrl: started.redirectUrl };
		if (isManual(started)) return { goTo: IDENTITY_PAGE };
		// There is no address to visit and nothing to confirm: the session is ready to complete, or cannot be completed here.
		const { kind } = await completeWalletSession(event, owned);
		if (kind === 'idv_required') throw new Problem('manual_confirmation_not_offered');
		return { goTo: CONTINUE_PAGE };
	});
	if ('goTo' in next) redirect(303, next.goTo);
	redirectByRefresh(event.setHeaders, next.continueUrl);
	return next;
}

/**
 * The form action that submits the person's confirmation. If the Auth Bridge lists candidates, one of them must be chosen. If a
 * person has chosen one and the Auth Bridge lists none any more, nothing is submitted, and the page shows the new state.
 */
export async function confirmIdentity(event: RequestEvent, form: FormData) {
	const candidateId = formText(form, 'candidateId');
	const outcome = await onCurrentSession(event, form, async (owned) => {
		const { candidates } = await bridge().readIdvStatus(owned.id, credentialFor(event.locals));
		if (candidates.length > 0 && !candidates.some(({ id }) => id === candidateId)) return 'choose_one';
		if (candidateId !== null && candidates.length === 0) return 'list_changed';
		return submitAfterStart(event, owned, candidateId === null ? { confirm: true } : { candidateId });
	});
	if (outcome === 'choose_one') return fail(400, { fault: outcome });
	redirect(303, IDENTITY_PAGE);
}

/** Submits the confirmation. Some deployments accept it only after identity verification has started. */
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

/** Runs `work` on this browser's current wallet session. On an error, redirects to the page that explains it. */
async function onCurrentSession<Result>(
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
		const outcome = owned ? await outcomeAfter(code, owned) : 'expired';
		logFailure('identity verification could not continue', { requestId: event.locals.requestId, code, error });
		return redirect(303, identityEndPath(outcome, event.locals, owned, formText(form, 'returnTo')));
	}
}
