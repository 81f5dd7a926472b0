import { log } from '../log';
import { authorizationRequest, pushAuthorization } from './oidc-client';
import { voluntaryClaims } from '../sts/claims';
import type { Provider } from './session';
import { newStateKey, type SignInFlow, stateOf } from './sign-in-flow';
import { newFlowId } from './flow-id';
import { startFault } from './sign-in-errors';

/** What a sign-in is started with; all of it made by the server from what it has checked. */
export interface SignInOptions {
	readonly provider: Provider;
	readonly returnTo: string;
	/** An institution from the STS's own list. */
	readonly institution?: string | undefined;
	/** A wallet session that this browser owns and has completed. */
	readonly walletSessionId?: string | undefined;
	/** Ask for the credentials again, whatever the STS remembers (OIDC Core 3.1.2.1 `prompt`). */
	readonly asksLogin?: boolean | undefined;
	/** How many times this sign-in was started before by the portal itself. */
	readonly restarts?: number | undefined;
}

/** Where the browser goes, and the flow to keep in it (`flow-cookies.ts`); or why it can't go. */
export type SignInStart =
	{ readonly url: string; readonly flow: SignInFlow } | { readonly error: 'portal_misconfigured' | 'sts_unavailable' };

/** Makes the authorization request at the STS (RFC 6749 4.1.1, RFC 7636, RFC 9126 where offered). */
export async function startSignIn(options: SignInOptions, requestId: string): Promise<SignInStart> {
	const { provider, returnTo, institution = '', walletSessionId = '', asksLogin = false, restarts = 0 } = options;
	const target = { id: newFlowId(), stateKey: newStateKey(), provider, returnTo };
	try {
		const state = await stateOf(target);
		const { url, verifier, nonce } = await authorizationRequest(provider, state, authorizationParams(options));
		return {
			url: await pushAuthorization(url),
			flow: { ...target, verifier, nonce, institution, walletSessionId, asksLogin, restarts }
		};
	} catch (error) {
		log.error('the sign-in could not be started', { requestId, error });
		return { error: startFault(error) };
	}
}

function authorizationParams({ provider, institution, walletSessionId, asksLogin }: SignInOptions) {
	return {
		// Auth.js writes it as JSON, whatever its types say.
		...(provider === 'sts' && { claims: voluntaryClaims as unknown as string }),
		...(institution && { provider: institution }),
		...(walletSessionId && { login_hint: `oid4vp:${walletSessionId}` }),
		...(asksLogin && { prompt: 'login' })
	};
}
