import { log } from '../log';
import { authorizationRequest, pushAuthorization } from './oidc-client';
import { voluntaryClaims } from '../sts/claims';
import type { Provider } from './session';
import { newStateKey, type SignInFlow, stateOf } from './sign-in-flow';
import { newFlowId } from './flow-id';
import { startFault } from './sign-in-errors';

/** The options of a sign-in. The server builds them from values that it has checked. */
export interface SignInOptions {
	readonly provider: Provider;
	readonly returnTo: string;
	/** The id of an institution in the STS's list. */
	readonly institution?: string | undefined;
	/** The id of a wallet session that this browser owns and has completed. */
	readonly walletSessionId?: string | undefined;
	/**
	 * Whether the STS must authenticate the person again, even if it has a session for them (OIDC Core 3.1.2.1,
	 * `prompt=login`).
	 */
	readonly requestsLogin?: boolean | undefined;
	/** How many times the portal itself has already restarted this sign-in. */
	readonly restarts?: number | undefined;
}

/**
 * The authorization URL to redirect the browser to, with the flow to store in its cookie (`keepFlow` in
 * `sign-in-flow.ts`); or an error code.
 */
export type SignInStart =
	{ readonly url: string; readonly flow: SignInFlow } | { readonly error: 'portal_misconfigured' | 'sts_unavailable' };

/**
 * Builds the authorization request for the STS (RFC 6749 4.1.1) with PKCE (RFC 7636), and pushes it if the STS
 * supports that (RFC 9126).
 */
export async function startSignIn(options: SignInOptions, requestId: string): Promise<SignInStart> {
	const { provider, returnTo, institution = '', walletSessionId = '', requestsLogin = false, restarts = 0 } = options;
	const target = { id: newFlowId(), stateKey: newStateKey(), provider, returnTo };
	try {
		const state = await stateOf(target);
		const { url, verifier, nonce } = await authorizationRequest(provider, state, authorizationParams(options));
		return {
			url: await pushAuthorization(url),
			flow: { ...target, verifier, nonce, institution, walletSessionId, requestsLogin, restarts }
		};
	} catch (error) {
		log.error('the sign-in could not be started', { requestId, error });
		return { error: startFault(error) };
	}
}

function authorizationParams({ provider, institution, walletSessionId, requestsLogin }: SignInOptions) {
	return {
		// Auth.js serialises the object as JSON, although its types require a string.
		...(provider === 'sts' && { claims: voluntaryClaims as unknown as string }),
		...(institution && { provider: institution }),
		...(walletSessionId && { login_hint: `oid4vp:${walletSessionId}` }),
		...(requestsLogin && { prompt: 'login' })
	};
}
