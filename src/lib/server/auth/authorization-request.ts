import { log } from '../log';
import { authorizationRequest } from './oidc-client';
import { pushAuthorization } from '../sts/user-tokens';
import { requestedClaims } from '../sts/id-token';
import { stsMetadata } from '../sts/metadata';
import type { Provider } from './session';
import { newStateKey, type SignInFlow, stateOf } from './sign-in-flow';
import { newFlowId } from './flow-id';
import type { StepUp } from './step-up';
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
	/** What the STS has to confirm of this sign-in, which has to be through an institution. */
	readonly stepUp?: StepUp | undefined;
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
		// Auth.js serialises the object as JSON, although its types require a string.
		...(provider === 'sts' && { claims: requestedClaims(isEssential ? acr : []) as unknown as string }),
		...(institution && { provider: institution }),
		...(walletSessionId && { login_hint: `oid4vp:${walletSessionId}` }),
		...(requestsLogin && { prompt: 'login' }),
		...(acr.length > 0 && { acr_values: acr.join(' ') }),
		...(maxAgeSeconds !== null && { max_age: String(maxAgeSeconds) })
	};
}
