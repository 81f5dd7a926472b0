import type { RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { log } from '../log';
import { pushAuthorization } from '../sts/pushed-authorization';
import { runAuthjs } from './authjs';
import { voluntaryClaims } from './claims';
import { forgetOldFlows, markFlow, newFlowId } from './flow-cookies';
import type { Provider } from './session';

/** What a sign-in may be started with; all of it made by the server from what it has checked. */
export interface SignInWish {
	readonly provider: Provider;
	readonly returnTo: string;
	/** An institution from the STS's own list. */
	readonly institution?: string | undefined;
	/** A wallet session that this browser owns and has completed. */
	readonly walletSessionId?: string | undefined;
	/** Ask for the credentials again, whatever the STS remembers (OIDC Core 3.1.2.1 `prompt`). */
	readonly afresh?: boolean | undefined;
}

/** Where the browser goes, and the cookies that belong to it; or why it can't go. */
export type SignInStart =
	{ readonly url: string; readonly setCookies: readonly string[] } | { readonly error: 'sts_unavailable' };

const Redirected = v.object({ location: v.pipe(v.string(), v.url()) });

/** Makes the authorization request at the STS for this browser (RFC 6749 4.1.1, RFC 7636, RFC 9126 where offered). */
export async function startSignIn(event: RequestEvent, wish: SignInWish): Promise<SignInStart> {
	forgetOldFlows(event.cookies);
	const flow = newFlowId();
	const { response, fault } = await runAuthjs(event, {
		path: `signin/${wish.provider}`,
		method: 'POST',
		flow,
		form: { callbackUrl: wish.returnTo },
		authorizationParams: authorizationParams(wish)
	});
	if (fault) {
		log.error('the sign-in could not be started', { requestId: event.locals.requestId, error: fault });
		return { error: 'sts_unavailable' };
	}
	const { location } = v.parse(Redirected, { location: response.headers.get('location') });
	const authorizationRequest = new URL(location);
	markFlow(authorizationRequest, flow);
	try {
		return { url: await pushAuthorization(authorizationRequest), setCookies: response.headers.getSetCookie() };
	} catch (error) {
		log.error('the STS did not take the pushed authorization request', {
			requestId: event.locals.requestId,
			error
		});
		return { error: 'sts_unavailable' };
	}
}

function authorizationParams(wish: SignInWish): Record<string, string> {
	return {
		...(wish.provider === 'sts' && { claims: voluntaryClaims as unknown as string }),
		...(wish.institution && { provider: wish.institution }),
		...(wish.walletSessionId && { login_hint: `oid4vp:${wish.walletSessionId}` }),
		...(wish.afresh && { prompt: 'login' })
	};
}
