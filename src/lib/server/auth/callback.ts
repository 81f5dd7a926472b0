import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { unixSeconds } from '../clock';
import { AFTER_SIGN_IN } from '../http/return-path';
import { log } from '../log';
import { stableSubject, verifyIdToken, withUserInfo } from '../sts/id-token';
import { markUsedAfterSignIn } from './wallet-cookies';
import { AuthjsError, type GrantedTokens, isFromSts, redeemCode } from './oidc-client';
import { restartSignIn } from './sign-in';
import {
	beginSession,
	type CallbackOutcome,
	countSignIn,
	newSession,
	redeemOnce,
	reportFailure,
	type SignInFailure
} from './sign-in-result';
import {
	recordLinkedWallet,
	findFlow,
	flowIds,
	flowOfVersion1,
	forgetFlow,
	isFlowCookieOver,
	isFlowOver,
	keepFlow,
	readState,
	type ReturnedState,
	sessionIdOf,
	type SignInFlow,
	takeFlowOfVersion1
} from './sign-in-flow';
import { discardTokens, revokeTokens, tokenTimes } from './session-tokens';
import { isRevokedNow, replaceSession, sessionStart } from './revoked-sessions';
import { flowStartMs } from './cookie-budget';
import { callbackFault, isExpiredAtSts, type SignInError, stsFault } from './sign-in-errors';
import { loginPath } from './login-page';
import { clearSignedOutMark } from './sign-out';
import type { Provider, Session } from './session';
import { isSamePerson, needsLink, refusedStepUpPath, stepUpPagePath } from './step-up';

/** How many times the portal restarts an expired sign-in by itself. After that, it shows an error. */
const MAX_RESTARTS = 1;

/**
 * Handles the callback of a sign-in (RFC 6749 4.1.2, OpenID Connect Core 3.1.2.5). On success, `locals.session` is the new
 * session. Without the flow's cookie, no request is sent to the STS.
 * @returns the address to redirect the browser to
 */
export async function endSignIn(event: RequestEvent, provider: Provider): Promise<string> {
	const { cookies, url } = event;
	const state = readState(url.searchParams.get('state'));
	const flow = state && findFlow(cookies, state.flowId);
	const isOurs = flow?.provider === provider && flow.stateKey === state?.stateKey && !isFlowCookieOver(flow.id);
	const isForeign = isOurs && url.searchParams.has('error') && !(await isFromSts(url.searchParams.get('iss')));
	if (!isOurs || isForeign) return endWithoutFlow(event, provider, state);

	// What is too long for the flow's cookie is only in the `state` parameter.
	const whole = { ...flow, returnTo: state.returnTo, stepUp: state.stepUp };
	const { outcome, isOwn } = await outcomeOf(event, whole);
	forgetFlow(cookies, flow.id);
	if (outcome.kind === 'restarted') {
		keepFlow(cookies, outcome.flow);
		return outcome.url;
	}
	if (outcome.kind === 'failed') return failurePath(event, whole, outcome, isOwn);
	return signedInPath(event, whole, outcome.session, isOwn);
}

/**
 * The outcome of the callback. Work that calls the STS runs once per flow, even if the browser repeats the request.
 */
async function outcomeOf(event: RequestEvent, flow: SignInFlow) {
	const { searchParams } = event.url;
	const fault = (error: SignInError) => ({ outcome: { kind: 'failed', error, isByQuery: true } as const, isOwn: true });
	const stsError = searchParams.get('error');
	if (stsError !== null && isExpiredAtSts(searchParams))
		return flow.restarts < MAX_RESTARTS
			? redeemOnce(flow, event.locals, () => restarted(event, flow))
			: fault('sign_in_expired');
	if (stsError !== null) return fault(stsFault(stsError));
	if (isFlowOver(flow.id)) return fault('sign_in_expired');
	const code = searchParams.get('code');
	return code ? redeemOnce(flow, event.locals, () => redeemed(event, flow, code)) : fault('sign_in_failed');
}

async function restarted(event: RequestEvent, flow: SignInFlow): Promise<CallbackOutcome> {
	const start = await restartSignIn(event, flow);
	if ('error' in start) {
		const { error } = start;
		const isFault = error === 'sts_unavailable' || error === 'portal_misconfigured';
		return { kind: 'failed', error: isFault ? error : 'sign_in_expired' };
	}
	log.info('a sign-in was restarted', { requestId: event.locals.requestId, provider: flow.provider });
	return { kind: 'restarted', url: start.url, flow: start.flow };
}

async function redeemed(event: RequestEvent, flow: SignInFlow, code: string): Promise<CallbackOutcome> {
	const { url, locals } = event;
	const { provider } = flow;
	let granted: GrantedTokens | null = null;
	try {
		const response = await redeemCode({ code, iss: url.searchParams.get('iss') }, flow);
		if (!response.access_token || !response.id_token)
			throw new Error('the STS responded without the tokens of a sign-in');
		granted = { accessToken: response.access_token, refreshToken: response.refresh_token };
		// Auth.js checks an ID token's claims, but neither its signature nor its nonce.
		const verified = await verifyIdToken(response.id_token, {
			accessToken: response.access_token,
			signIn: { code, nonce: flow.nonce }
		});
		const claims = await withUserInfo(verified, response.access_token, locals.requestId);
		const tokens = {
			accessToken: response.access_token,
			refreshToken: response.refresh_token,
			idToken: response.id_token,
			...tokenTimes(response.expires_in)
		};
		const endedAt = unixSeconds();
		const facts = {
			provider,
			requestsLogin: flow.requestsLogin,
			startedAt: Math.floor(flowStartMs(flow.id) / 1000),
			endedAt,
			sessionStartsAt: await sessionStart(stableSubject(claims), endedAt)
		};
		const session = { ...newSession(claims, tokens, facts), id: sessionIdOf(flow) };
		if (session.isReauthIgnored) log.warn('the STS ignored prompt=login', { requestId: locals.requestId, provider });
		return await beginSession(event, flow, session);
	} catch (fault) {
		if (fault instanceof AuthjsError) ({ granted } = fault);
		// These tokens are not stored anywhere, so they could not be revoked later. But an STS that revokes a grant as a whole would also
		// end the session that this browser has.
		if (granted && !locals.session) void revokeTokens(granted, locals.requestId);
		log.warn('the authorization code of a sign-in could not be redeemed', {
			requestId: locals.requestId,
			provider,
			error: fault
		});
		const error = callbackFault(fault);
		return { kind: 'failed', error, isByQuery: error === 'sign_in_failed' && granted === null };
	}
}

/** @param isOwn whether this request redeemed the code, rather than another one from the same browser */
async function signedInPath(event: RequestEvent, flow: SignInFlow, session: Session, isOwn: boolean): Promise<string> {
	const { locals, cookies } = event;
	if (await isRevokedNow(session)) {
		if (isOwn) void discardTokens(session, locals.requestId);
		return failurePath(event, flow, { error: 'sign_in_interrupted' }, isOwn);
	}
	const before = locals.session;
	if (before?.id !== session.id) {
		// A late response to a request with the previous session must not overwrite the new session's cookie.
		if (before) await replaceSession(before);
		locals.session = session;
	}
	if (flow.requestsLogin && !session.isReauthIgnored) clearSignedOutMark(cookies);
	const used = await markUsedAfterSignIn(cookies, before?.userId === session.userId ? null : flowStartMs(flow.id));
	const isLinked = used.some(({ id, idv }) => id === flow.walletSessionId && idv !== 'none');
	recordLinkedWallet(cookies, isLinked);
	const { stepUp, returnTo } = flow;
	const isOther = stepUp !== undefined && !isSamePerson(session, stepUp);
	if (isOwn) {
		countSignIn(flow.provider, 'ok');
		audit('sign_in.succeeded', session, locals);
		// Identity verification links a wallet. To whom it belongs is known only at the sign-in that follows.
		if (isLinked) audit('wallet.linked', session, locals);
		if (isOther) audit('step_up.failed', { ...session, reason: 'other_person' }, locals);
		else if (stepUp) audit('step_up.succeeded', session, locals);
	}
	// The page of the act may be about the first person, so it is not opened until the second one has read that.
	if (isOther) return stepUpPagePath({ returnTo, outcome: 'other' });
	return stepUp && needsLink(returnTo) ? stepUpPagePath({ returnTo, outcome: 'done' }) : returnTo;
}

/** Failures of a step-up about which the institution knows more. The person stays signed in. */
const stepUpRefusals: readonly SignInError[] = ['step_up_refused', 'access_denied'];

/**
 * The path of the login page, with the error and the return path. A person who is already signed in goes to the
 * return path instead if the sign-in was interrupted, or has expired without having required a new login.
 */
function failurePath(event: RequestEvent, flow: SignInFlow, failure: SignInFailure, isOwn: boolean): string {
	const { session } = event.locals;
	const { error } = failure;
	// The page of every request has a help code, which the log has to contain. The failure itself counts once.
	reportFailure(event, flow.provider, failure, isOwn ? error : null);
	if (flow.stepUp) audit('step_up.failed', { ...session, reason: error }, event.locals);
	if (session && flow.stepUp && stepUpRefusals.includes(error))
		return refusedStepUpPath(session, flow.stepUp, flow.returnTo);
	const isOver = error === 'sign_in_interrupted' || (error === 'sign_in_expired' && !flow.requestsLogin);
	return session && isOver ? flow.returnTo : errorPath(event, flow.provider, flow.returnTo, error);
}

/**
 * Handles a callback to a browser that does not have the flow: after the back button, in another browser, or with too
 * many tabs.
 */
function endWithoutFlow(event: RequestEvent, provider: Provider, state: ReturnedState | null): string {
	const { cookies, request, url, locals } = event;
	const version1 = flowOfVersion1(url.searchParams.get('state'));
	const version1Path = version1 === null ? null : takeFlowOfVersion1(cookies, version1);
	const ids = flowIds(cookies);
	const isReplaced = state !== null && !ids.includes(state.flowId) && ids.some((id) => id > state.flowId);
	if (locals.session) return isReplaced ? state.returnTo : AFTER_SIGN_IN;

	const error = errorOf();
	// Anybody can send a callback with any error in it, which must not count as one of the STS.
	reportFailure(event, provider, { error }, url.searchParams.has('error') ? 'sign_in_interrupted' : error);
	const newest = state === null ? findFlow(cookies, ids.at(-1) ?? '') : null;
	return errorPath(event, state?.provider, version1Path ?? state?.returnTo ?? newest?.returnTo ?? null, error);

	function errorOf(): SignInError {
		if (version1Path !== null) return 'sign_in_updated';
		if (!request.headers.has('cookie')) return 'cookies_required';
		const stsError = url.searchParams.get('error');
		if (state === null && stsError !== null)
			return isExpiredAtSts(url.searchParams) ? 'sign_in_expired' : stsFault(stsError);
		if (state !== null && isFlowCookieOver(state.flowId)) return 'sign_in_expired';
		return isReplaced ? 'sign_in_replaced' : 'sign_in_interrupted';
	}
}

function errorPath(
	{ locals }: RequestEvent,
	provider: Provider | undefined,
	returnTo: string | null,
	error: SignInError
): string {
	const path = returnTo === AFTER_SIGN_IN ? null : returnTo;
	return loginPath(path || null, { error, requestId: locals.requestId, isWallet: provider === 'sts-wallet' });
}
