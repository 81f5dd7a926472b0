import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { config } from '../config';
import { isForeignNavigation } from '../http/request';
import { isProblem } from '../http/problem';
import { consumeSignInQuota } from '../http/rate-limit';
import { returnPath } from '../http/return-path';
import { institutions } from '../sts/institutions';
import { completedSession, newestReturnPath, ownedSessions } from './owned-sessions';
import { keepFlow, type SignInFlow } from './sign-in-flow';
import { hasLoginCookie, isMarkedSignedOut, readLoginTransaction } from './login-cookies';
import { isProvider } from './session';
import { type SignInOptions, type SignInStart, startSignIn } from './authorization-request';
import { type SignInError } from './sign-in-errors';
import { requirementNamed, type StepUp, stepUpFor } from './step-up';
import { loginPath } from './login-path';
import { pageInstead, seeOther } from '../http/endpoint';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';

/** The parameters of a sign-in request, unchecked. */
interface SignInRequest {
	readonly provider: string | null;
	readonly institution?: string | null;
	readonly returnTo?: string | null;
	/** `1`: the STS must authenticate the person again. */
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
	if ('error' in options) return options;
	const stepUp = wanted.stepUp ? checkedStepUp(event, wanted) : undefined;
	if (stepUp && 'error' in stepUp) return stepUp;
	const start = await startSignIn({ ...options, stepUp }, event.locals.requestId);
	if ('error' in start) return start;
	keepFlow(event.cookies, start.flow);
	audit('sign_in.started', { provider: options.provider, userId: event.locals.session?.userId }, event.locals);
	if (stepUp) audit('step_up.started', { ...event.locals.session }, event.locals);
	return { url: start.url };
}

/** The key of the browser's rate limit; null if nobody is signed in and the browser has not loaded a page of the portal. */
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
	log.info('a sign-in was not started', { requestId, code });
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
