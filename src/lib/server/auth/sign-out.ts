import * as oauth from 'oauth4webapi';
import { config } from '../config';
import { log } from '../log';
import { stsCall, stsClient, stsMetadata } from '../sts/metadata';
import { withinLimit } from '../clock';
import type { Session } from './session';

/** Signing out is local and instant; what is asked of the STS may take this long at most. */
const LIMIT_MS = 3000;
/** Comes back with the browser from the STS's end-session page. */
export const SIGNED_OUT_STATE = 'signed_out';

/** Revokes the refresh token (RFC 7009), as a best effort: a fault is logged and does not keep anybody signed in. */
export async function revokeTokens(
	session: Pick<Session, 'accessToken' | 'refreshToken'>,
	requestId: string
): Promise<void> {
	const token = session.refreshToken ?? session.accessToken;
	try {
		const metadata = await withinLimit(stsMetadata(), LIMIT_MS);
		if (!metadata.revocation_endpoint) return;
		const { client, authentication } = stsClient();
		const response = await oauth.revocationRequest(metadata, client, authentication, token, {
			...stsCall,
			signal: AbortSignal.timeout(LIMIT_MS),
			additionalParameters: { token_type_hint: session.refreshToken ? 'refresh_token' : 'access_token' }
		});
		// RFC 7009 names 200; some services send another success.
		if (!response.ok) await oauth.processRevocationResponse(response);
	} catch (error) {
		log.warn('the refresh token could not be revoked', { requestId, error });
	}
}

/**
 * The STS's end-session page (OIDC RP-Initiated Logout 2), null where it offers none. The session is named by
 * `logout_hint`; an ID token in a URL ends up in histories, so that needs SIGN_OUT_ID_TOKEN_HINT.
 */
export async function endSessionUrl(session: Session, requestId: string): Promise<string | null> {
	const { origin, sts } = config();
	try {
		const { end_session_endpoint: endpoint } = await withinLimit(stsMetadata(), LIMIT_MS);
		if (!endpoint) return null;
		const url = new URL(endpoint);
		url.searchParams.set('client_id', sts.clientId);
		url.searchParams.set('post_logout_redirect_uri', `${origin}/`);
		url.searchParams.set('state', SIGNED_OUT_STATE);
		url.searchParams.set('logout_hint', session.sid ?? session.sub);
		if (sts.signOutIdTokenHint && session.idToken) url.searchParams.set('id_token_hint', session.idToken);
		return url.href;
	} catch (error) {
		log.warn('the end-session page is unknown while the STS is away', { requestId, error });
		return null;
	}
}
