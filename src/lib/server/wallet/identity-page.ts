import type { RequestEvent } from '@sveltejs/kit';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { IDENTITY_PAGE, type IdentityView } from '$lib/wallet/view';
import { toProblem } from '../http/problem';
import { consumeWalletSessionQuota } from '../http/rate-limit';
import { logBug, logFailure } from '../http/endpoint';
import { log } from '../log';
import type { SessionStatus } from '../bridge/normalize';
import { bridge, credentialFor } from './bridge';
import {
	CONTINUE_PAGE,
	completeWalletSession,
	endedView,
	identityEndPath,
	identityOutcomeOf,
	failureReason,
	remainingMs
} from './sessions';
import { currentSession } from './owned-sessions';
import { walletPagePath } from './wallet-page';
import { outcomeAfter } from './cancel';
import { candidatesIn, endIdvRound, isManualFor, isVerified, wayOf } from './identity';
import { newestReturnPath, type OwnedSession, ownedSession, requireUnused } from '../auth/wallet-cookies';
import { loginPath } from '../auth/login-page';

/** The view to render, or the path to redirect to. */
type IdentityStep = { readonly view: IdentityView } | { readonly goTo: string };

type Step = (event: RequestEvent, owned: OwnedSession, status: SessionStatus) => IdentityStep | Promise<IdentityStep>;

const backToWallet: Step = () => ({ goTo: '/login/wallet' });

const completion: Step = async (event, owned, status) => {
	const result = await completeWalletSession(event, owned);
	return result.kind === 'completed' ? { goTo: CONTINUE_PAGE } : needed(event, owned, status);
};

const failed: Step = async (event, owned) => {
	return endedView(identityOutcomeOf(await failureReason(event, owned)), event.locals, owned);
};

const steps: Readonly<Record<SessionStatusValue, Step>> = {
	CREATED: backToWallet,
	PENDING: backToWallet,
	INTERACTION_STARTED: backToWallet,
	VERIFYING: backToWallet,
	VERIFIED: completion,
	COMPLETED: completion,
	IDV_REQUIRED: needed,
	RECONCILING: inProgress,
	EXPIRED: ({ locals }, owned) => endedView('expired', locals, owned),
	FAILED: failed,
	ERROR: failed,
	VP_VALIDATION_FAILED: failed
};

/** The next step of identity verification for this browser's wallet session. */
export async function identityStep(event: RequestEvent): Promise<IdentityStep> {
	const owned = await currentSession(event);
	// The person has signed in in another tab.
	if (!owned && event.locals.session) return { goTo: walletPagePath('return') };
	if (!owned) return { goTo: '/login/wallet' };
	try {
		await requireUnused(owned.id);
		const status = await latestStatus(event, owned);
		return await steps[status.status](event, owned, status);
	} catch (error) {
		const { code } = toProblem(error);
		logFailure('identity verification could not continue', { requestId: event.locals.requestId, error });
		return endedView(await outcomeAfter(code, owned), event.locals, owned);
	}
}

/**
 * Once identity verification has started, the session changes at the institution, without a request to the portal. A status that
 * an API call has read is then not used, so that a person who returns from the institution never sees the status from before.
 */
function latestStatus({ locals }: RequestEvent, owned: OwnedSession) {
	const credential = credentialFor(locals);
	return owned.idv === 'none'
		? bridge().readStatus(owned.id, credential)
		: bridge().readStatusForPage(owned.id, credential);
}

async function needed(event: RequestEvent, owned: OwnedSession, status: SessionStatus): Promise<IdentityStep> {
	if (owned.idv === 'done') return endedView('again-required', event.locals, owned);
	const credential = credentialFor(event.locals);
	const [plan, person] = await Promise.all([
		bridge().readIdvStatus(owned.id, credential),
		bridge().readPerson(owned.id, credential)
	]);
	const { planType, reason, candidates } = plan;
	if (planType === 'FAIL_CLOSED') return endedView('not-possible', event.locals, owned);
	const open = openSession(owned, status);
	if (!isManualFor(owned, plan)) return { view: { screen: 'explain', reason, way: wayOf(plan), person, ...open } };
	const offered = candidatesIn(event.locals.locale(), candidates);
	return { view: { screen: 'confirm', reason, person, candidates: offered, ...open } };
}

/** For `RECONCILING`: the institution's page may still be open in this browser, or its staff may be reviewing the request. */
async function inProgress(event: RequestEvent, owned: OwnedSession, status: SessionStatus): Promise<IdentityStep> {
	const plan = await bridge().readIdvStatus(owned.id, credentialFor(event.locals));
	const isManual = isManualFor(owned, plan);
	if (isManual && owned.idv === 'none') return needed(event, owned, status);
	return { view: { screen: isManual ? 'review' : 'in-progress', ...openSession(owned, status) } };
}

function openSession(owned: OwnedSession, status: SessionStatus) {
	return { sessionId: owned.id, expiresInMs: remainingMs(status, owned) };
}

/**
 * Handles the return from the STS after identity verification, at `/login?wallet_session={id}&idv=complete`. Resumes the
 * session only if this browser created it. Any page can link to that address, so the parameters say nothing about a session
 * whose identity verification has not started, and only the Auth Bridge's status shows that it is done.
 * @returns the path to redirect to, without those parameters
 */
export async function resumeIdentity(event: RequestEvent, sessionId: string): Promise<string> {
	const owned = ownedSession(event.cookies, sessionId);
	if (!owned) {
		const { requestId } = event.locals;
		log.limited('an identity verification returned to another browser', { requestId });
		return loginPath(newestReturnPath(event.cookies), { error: 'wallet_session_foreign', requestId });
	}
	if (owned.idv !== 'started') return IDENTITY_PAGE;
	const { searchParams } = event.url;
	if (searchParams.get('error') !== null) return identityEndPath('refused-at-institution', event.locals, owned);
	// Read in any case: the page that follows must not show the status from before.
	const isDone = await isVerifiedNow(event, owned);
	if (searchParams.get('idv') === 'complete' && isDone) await endIdvRound(event, owned);
	return IDENTITY_PAGE;
}

/** Whether the Auth Bridge says that the person is known. False if it can't be read: the page that follows reads it again. */
async function isVerifiedNow({ locals }: RequestEvent, { id }: OwnedSession): Promise<boolean> {
	try {
		await consumeWalletSessionQuota(id);
		const { status } = await bridge().readFreshStatus(id, credentialFor(locals));
		return isVerified(status);
	} catch (error) {
		logBug(error, locals.requestId);
		return false;
	}
}
