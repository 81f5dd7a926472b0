import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { config } from '../config';
import { isForeignNavigation } from '../http/request';
import { isProblem } from '../http/problem';
import { consumeSignInQuota } from '../http/rate-limit';
import { returnPath } from '../http/return-path';
import { institutions, listFailure } from '../sts/institutions';
import { completedSession, newestReturnPath, ownedSessions } from './wallet-cookies';
import { keepFlow, type SignInFlow, newStateKey, stateOf } from './sign-in-flow';
import { hasLoginCookie, readLoginTransaction, loginPath } from './login-page';
import { isMarkedSignedOut } from './sign-out';
import { isProvider, type Provider } from './session';
import { type SignInError, startFault } from './sign-in-errors';
import { requirementNamed, type StepUp, stepUpFor } from './step-up';
import { pageInstead, seeOther } from '../http/endpoint';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';
import { authorizationRequest, pushAuthorization } from './oidc-client';
import { requestedClaims } from '../sts/id-token';
import { stsMetadata } from '../sts/metadata';
import { newFlowId } from './cookie-budget';
import { countSignIn, countStart } from './sign-in-result';

/** The parameters of a sign-in request, unchecked. */
interface SignInRequest {
	readonly provider: string | null;
	readonly institution?: string | null;
	readonly returnTo?: string | null;
	/** The STS must authenticate the person again (`prompt=login`). */
	readonly forceLogin?: boolean;
	/** The name of a requirement of the configuration (`step-up.ts`), for a person who is signed in. */
	readonly stepUp?: string | null;
	/** The completed wallet session to sign in with; default: the browser's newest one. */
	readonly walletSessionId?: string;
}

/**
 * Why a sign-in was not started. `login_first`: the request does not come from a page of the portal in this browser.
 * `headers`: headers for the response.
 */
export interface SignInRefusal {
	readonly error: SignInError | 'not_found' | 'login_first';
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Checks a sign-in request and starts the sign-in. The STS gets no unchecked value of the request: the institution must be
 * in the STS's list, and the login hint must be a completed wallet session of this browser. Only a browser that has loaded
 * a page of the portal can start a sign-in, and starts are rate-limited.
 */
export async function beginSignIn(
	event: RequestEvent,
	wanted: SignInRequest
): Promise<{ readonly url: string } | SignInRefusal> {
	const browserId = isForeignNavigation(event.request) ? null : browserIdOf(event);
	if (browserId === null) return { error: 'login_first' };
	try {
		await consumeSignInQuota(browserId, event.getClientAddress());
	} catch (error) {
		if (!isProblem(error, 'rate_limited')) throw error;
		return { error: 'rate_limited', headers: error.headers };
	}
	const options = await checked(event, wanted);
	if ('error' in options) {
		if (options.error === 'sts_unavailable') countSignIn('sts', options.error);
		return options;
	}
	const stepUp = wanted.stepUp ? checkedStepUp(event, wanted) : undefined;
	if (stepUp && 'error' in stepUp) return stepUp;
	const start = await startSignIn({ ...options, stepUp }, event.locals.requestId);
	if ('error' in start) {
		countSignIn(options.provider, start.error);
		return start;
	}
	keepFlow(event.cookies, start.flow);
	countStart(options.provider);
	audit('sign_in.started', { provider: options.provider, userId: event.locals.session?.userId }, event.locals);
	if (stepUp) audit('step_up.started', { ...event.locals.session }, event.locals);
	return { url: start.url };
}

/** The key of the browser's rate limit; null if there is no session and the browser has not loaded a page of the portal. */
function browserIdOf({ locals, cookies }: RequestEvent): string | null {
	if (locals.session) return locals.session.id;
	const transaction = readLoginTransaction(cookies);
	// Identity verification may take longer than a login transaction lasts. A wallet session began with such a transaction.
	return transaction?.id ?? ownedSessions(cookies).find(({ completed }) => completed)?.id ?? null;
}

/** Restarts a sign-in with a new flow, which the caller has to store. */
export async function restartSignIn(event: RequestEvent, flow: SignInFlow): Promise<SignInStart | SignInRefusal> {
	const { provider, institution, returnTo, requestsLogin, walletSessionId } = flow;
	const options = await checked(event, { provider, institution, returnTo, forceLogin: requestsLogin, walletSessionId });
	return 'error' in options
		? options
		: startSignIn({ ...options, stepUp: flow.stepUp, restarts: flow.restarts + 1 }, event.locals.requestId);
}

/** What a step-up has to meet. Only its name comes from the request. */
function checkedStepUp({ locals }: RequestEvent, wanted: SignInRequest): StepUp | SignInRefusal {
	if (!locals.session) return { error: 'login_first' };
	const requirement = requirementNamed(wanted.stepUp ?? '', locals.session);
	if (!requirement || wanted.provider !== 'sts') return { error: 'not_found' };
	return stepUpFor(locals.session, requirement);
}

async function checked(event: RequestEvent, wanted: SignInRequest): Promise<SignInOptions | SignInRefusal> {
	const { provider, institution, returnTo } = wanted;
	const { signInMethods } = config();
	if (!isProvider(provider)) return { error: 'not_found' };
	if (!(provider === 'sts' ? signInMethods.institution : signInMethods.wallet)) return { error: 'not_found' };
	if (provider === 'sts-wallet') return checkedWallet(event, wanted);

	// At the institution of a person who is signed in, a step-up does not ask for the institution again.
	const wantedId = institution || (wanted.stepUp && event.locals.session?.institutionId);
	const listed = wantedId ? await institutions(event.locals.locale()) : null;
	if (institution && listed === null) {
		log.error('the sign-in could not be started', { requestId: event.locals.requestId, error: listFailure() });
		return { error: 'sts_unavailable' };
	}
	const institutionId = listed?.find(({ id }) => id === wantedId)?.id;
	if (institution && institutionId === undefined) return { error: 'institution_unknown' };
	return {
		provider,
		returnTo: returnPath(returnTo, config().origin),
		institution: institutionId,
		requestsLogin: wanted.forceLogin === true || isMarkedSignedOut(event.cookies)
	};
}

async function checkedWallet(event: RequestEvent, { returnTo, walletSessionId }: SignInRequest) {
	const completed = await completedSession(event.cookies, walletSessionId);
	if (!completed) return { error: 'wallet_session_foreign' } as const;
	return {
		provider: 'sts-wallet',
		returnTo: returnPath(returnTo ?? completed.returnTo, config().origin),
		walletSessionId: completed.id
	} as const;
}

/** The response if a sign-in was not started: the login page, or a redirect to it, with the reason and the return path. */
export async function refusalPage(
	event: RequestEvent,
	{ error, headers = {} }: SignInRefusal,
	wanted: string | null
): Promise<Response> {
	const { requestId } = event.locals;
	// A request to sign in with a wallet has no return path: the wallet session contains it.
	const returnTo = wanted ?? newestReturnPath(event.cookies);
	if (error === 'login_first' && !keepsNoCookies(event)) return seeOther(loginPath(returnTo));
	const code = error === 'login_first' ? 'cookies_required' : error === 'not_found' ? 'sign_in_failed' : error;
	log.limited('a sign-in was not started', { requestId, code });
	const path = loginPath(returnTo, { error: code, requestId });
	return code === 'rate_limited' ? withDefaultHeaders(await pageInstead(event, path, 429), headers) : seeOther(path);
}

/**
 * Whether the browser does not accept cookies: the request comes from a page of the portal, which sets a cookie, but has no
 * such cookie. Without this check, the login page would be shown again and again.
 */
function keepsNoCookies({ request, cookies }: RequestEvent): boolean {
	const { headers } = request;
	const isOwnClick =
		headers.get('sec-fetch-site') === 'same-origin' || (headers.get('referer') ?? '').startsWith(`${config().origin}/`);
	return isOwnClick && !hasLoginCookie(cookies);
}

/** The options of a sign-in. The server builds them from values that it has checked. */
export interface SignInOptions {
	readonly provider: Provider;
	readonly returnTo: string;
	/** The id of an institution in the STS's list. */
	readonly institution?: string | undefined;
	/** The id of a wallet session that this browser owns and has completed. */
	readonly walletSessionId?: string | undefined;
	/**
	 * Whether the STS must authenticate the person again, even if it has a session for them (OpenID Connect Core 3.1.2.1,
	 * `prompt=login`).
	 */
	readonly requestsLogin?: boolean | undefined;
	/** What the STS has to confirm of this sign-in, which has to be through an institution. */
	readonly stepUp?: StepUp | undefined;
	/** How many times the portal itself has already restarted this sign-in. */
	readonly restarts?: number | undefined;
}

/**
 * The authorization URL to redirect the browser to, with the flow to store in its cookie (`keepFlow` in
 * `sign-in-flow.ts`); or an error code.
 */
type SignInStart =
	{ readonly url: string; readonly flow: SignInFlow } | { readonly error: 'portal_misconfigured' | 'sts_unavailable' };

/**
 * Builds the authorization request for the STS (RFC 6749 4.1.1) with PKCE (RFC 7636), and pushes it if the STS
 * supports that (RFC 9126).
 */
export async function startSignIn(options: SignInOptions, requestId: string): Promise<SignInStart> {
	const { provider, returnTo, institution = '', walletSessionId = '', restarts = 0, stepUp } = options;
	const requestsLogin = options.requestsLogin === true || stepUp?.isOld === true;
	const target = { id: newFlowId(), stateKey: newStateKey(), provider, returnTo, stepUp };
	try {
		const state = stateOf(target);
		const params = await authorizationParams({ ...options, requestsLogin });
		const { url, verifier, nonce } = await authorizationRequest(provider, state, params);
		return {
			url: await pushAuthorization(url),
			flow: { ...target, verifier, nonce, institution, walletSessionId, requestsLogin, restarts }
		};
	} catch (error) {
		log.error('the sign-in could not be started', { requestId, error });
		return { error: startFault(error) };
	}
}

async function authorizationParams(options: SignInOptions) {
	const { provider, institution, walletSessionId, requestsLogin, stepUp } = options;
	const { acr = [], maxAgeSeconds = null } = stepUp ?? {};
	// An essential claim makes an STS that can't meet it say so. Others would refuse a request with one.
	const isEssential = acr.length > 0 && (await stsMetadata()).claims_parameter_supported === true;
	return {
		// Auth.js serializes the object as JSON, although its types require a string.
		...(provider === 'sts' && { claims: requestedClaims(isEssential ? acr : []) as unknown as string }),
		...(institution && { provider: institution }),
		...(walletSessionId && { login_hint: `oid4vp:${walletSessionId}` }),
		...(requestsLogin && { prompt: 'login' }),
		...(acr.length > 0 && { acr_values: acr.join(' ') }),
		...(maxAgeSeconds !== null && { max_age: String(maxAgeSeconds) })
	};
}
