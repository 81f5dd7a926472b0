import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { isForeignNavigation } from '../http/request';
import { isProblem } from '../http/problem';
import { spendSignIn } from '../http/rate-limit';
import { returnPath } from '../http/return-path';
import { institutions } from '../sts/institutions';
import { completedSession, newestReturnPath, ownedSessions } from './owned-sessions';
import { keepFlow, type SignInFlow } from './sign-in-flow';
import { hasLoginCookie, isMarkedSignedOut, readLoginTransaction } from './login-cookies';
import { isProvider } from './session';
import { type SignInOptions, type SignInStart, startSignIn } from './authorization-request';
import { type SignInError } from './sign-in-errors';
import { loginPath } from './login-path';
import { pageInstead, seeOther } from '../http/endpoint';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';

/** What a caller asks for, unchecked. */
interface SignInRequest {
	readonly provider: string | null;
	readonly institution?: string | null;
	readonly returnTo?: string | null;
	/** `1`: ask for the credentials again. */
	readonly afresh?: string | null;
	/** The completed wallet session to sign in with; the browser's newest one where none is named. */
	readonly walletSessionId?: string;
}

/** `login_first`: not this browser's own click on a page of ours. `headers` belong to the response. */
export interface SignInRefusal {
	readonly error: SignInError | 'not_found' | 'login_first';
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Checks what a browser asks for against what is known here, and starts the sign-in. Nothing of the request reaches the STS
 * as it came: the institution is one of the STS's list, the login hint this browser's own completed wallet session.
 * Only a browser that has loaded a page of the portal can start a sign-in, and starts are rate-limited.
 */
export async function beginSignIn(
	event: RequestEvent,
	wanted: SignInRequest
): Promise<{ readonly url: string } | SignInRefusal> {
	const browserId = isForeignNavigation(event.request) ? null : await browserIdOf(event);
	if (browserId === null) return { error: 'login_first' };
	try {
		await spendSignIn(browserId, event.getClientAddress());
	} catch (error) {
		if (!isProblem(error, 'rate_limited')) throw error;
		return { error: 'rate_limited', headers: error.headers };
	}
	const options = await checked(event, wanted);
	if ('error' in options) return options;
	const start = await startSignIn(options, event.locals.requestId);
	if ('error' in start) return start;
	await keepFlow(event.cookies, start.flow);
	return { url: start.url };
}

/** What a browser's limit counts by. Null where nobody is signed in, and no page of ours was loaded. */
async function browserIdOf({ locals, cookies }: RequestEvent): Promise<string | null> {
	if (locals.session) return locals.session.id;
	const transaction = await readLoginTransaction(cookies);
	// Identity verification may take longer than a login transaction lasts; a wallet session began with one.
	return transaction?.id ?? (await ownedSessions(cookies)).find(({ completed }) => completed)?.id ?? null;
}

/** Starts a sign-in again that was under way, with a flow of its own; the caller keeps it. */
export async function restartSignIn(event: RequestEvent, flow: SignInFlow): Promise<SignInStart | SignInRefusal> {
	const { provider, institution, returnTo, asksLogin, walletSessionId } = flow;
	const afresh = asksLogin ? '1' : null;
	const options = await checked(event, { provider, institution, returnTo, afresh, walletSessionId });
	return 'error' in options
		? options
		: startSignIn({ ...options, restarts: flow.restarts + 1 }, event.locals.requestId);
}

async function checked(event: RequestEvent, wanted: SignInRequest): Promise<SignInOptions | SignInRefusal> {
	const { provider, institution, returnTo } = wanted;
	const { signInMethods } = config();
	if (!isProvider(provider)) return { error: 'not_found' };
	if (!(provider === 'sts' ? signInMethods.institution : signInMethods.wallet)) return { error: 'not_found' };
	if (provider === 'sts-wallet') return checkedWallet(event, wanted);

	if (institution && !(await institutions(event.locals.locale())).some(({ id }) => id === institution))
		return { error: 'institution_unknown' };
	return {
		provider,
		returnTo: returnPath(returnTo, config().origin),
		institution: institution ?? undefined,
		asksLogin: wanted.afresh === '1' || isMarkedSignedOut(event.cookies)
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

/** The login page, with the reason why a sign-in was not started, and with the return path. */
export async function refusalPage(
	event: RequestEvent,
	{ error, headers = {} }: SignInRefusal,
	wanted: string | null
): Promise<Response> {
	const { requestId } = event.locals;
	// A sign-in with a wallet is started without one: the wallet session has it.
	const returnTo = wanted ?? (await newestReturnPath(event.cookies));
	if (error === 'login_first' && !keepsNoCookies(event)) return seeOther(loginPath(returnTo));
	const code = error === 'login_first' ? 'cookies_required' : error === 'not_found' ? 'sign_in_failed' : error;
	log.info('a sign-in was not started', { requestId, code });
	const path = loginPath(returnTo, { error: code, requestId });
	return code === 'rate_limited' ? withDefaultHeaders(await pageInstead(event, path, 429), headers) : seeOther(path);
}

/** A click on a page of ours, which had set a cookie, without that cookie. Without this the login page would repeat for ever. */
function keepsNoCookies({ request, cookies }: RequestEvent): boolean {
	const { headers } = request;
	const isOwnClick =
		headers.get('sec-fetch-site') === 'same-origin' || (headers.get('referer') ?? '').startsWith(`${config().origin}/`);
	return isOwnClick && !hasLoginCookie(cookies);
}
