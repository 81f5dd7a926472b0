import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { config } from '../config';
import { AFTER_SIGN_IN, returnPath } from '../http/return-path';
import { log } from '../log';
import { count } from '../metrics';
import { type OwnedSession, takeCompleted } from '../wallet/owned-sessions';
import { runAuthjs } from './authjs';
import { denySession } from './deny-list';
import { flowOf, forgetFlow, withoutFlow } from './flow-cookies';
import { loginPath } from './login-path';
import type { Provider, Session } from './session';
import { callbackError, type SignInError } from './sign-in-errors';

/** Where the browser goes after its return from the STS, and the cookies that Auth.js wants set. */
export interface CallbackEnd {
	readonly path: string;
	readonly setCookies: readonly string[];
	/** Null when somebody signed in. */
	readonly error: SignInError | null;
}

const methods: Readonly<Record<Provider, string>> = { sts: 'institution', 'sts-wallet': 'wallet' };

/**
 * Ends a sign-in (RFC 6749 4.1.2, OIDC Core 3.1.2.5): on success `locals.session` is the new session. A callback that
 * comes again (Back, reload) does not disturb somebody who is signed in.
 */
export async function endSignIn(event: RequestEvent, provider: Provider): Promise<CallbackEnd> {
	const before = event.locals.session;
	const { searchParams, search } = event.url;
	const flow = flowOf(searchParams.get('state'));
	const { response, fault } = await runAuthjs(event, {
		path: `callback/${provider}`,
		method: 'GET',
		flow: flow ?? 'none',
		query: flow ? withoutFlow(searchParams, flow) : search
	});
	const setCookies = response.headers.getSetCookie();
	if (flow) forgetFlow(event.cookies, flow);
	if (event.locals.session !== before) {
		// A slow answer to the session before must not take this one's place.
		if (before) await denySession(before);
		const used = await takeCompleted(event.cookies);
		count('portal.sign_ins', { method: methods[provider], result: 'ok' });
		if (event.locals.session) tell(event, event.locals.session, used);
		return { path: destination(response), setCookies, error: null };
	}

	const hasCookies = event.request.headers.has('cookie');
	const error = callbackError(fault, searchParams.get('error'), hasCookies);
	const { requestId } = event.locals;
	log.warn('a sign-in failed', { requestId, provider, code: error, error: fault });
	count('portal.sign_ins', { method: methods[provider], result: error });
	return before && error === 'sign_in_interrupted'
		? { path: AFTER_SIGN_IN, setCookies, error: null }
		: { path: loginPath(null, { error, requestId }), setCookies, error };
}

/** Identity verification links a wallet; whose it is shows only at the sign-in that follows. */
function tell({ locals }: RequestEvent, session: Session, used: readonly OwnedSession[]): void {
	audit('signed in', session, locals);
	const isLinked = session.provider === 'sts-wallet' && used.some(({ idv }) => idv === 'done');
	if (isLinked) audit('wallet linked', session, locals);
}

function destination(response: Response): string {
	return returnPath(response.headers.get('location'), config().origin);
}
