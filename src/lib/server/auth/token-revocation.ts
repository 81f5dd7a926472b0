import * as oauth from 'oauth4webapi';
import { withinLimit } from '../clock';
import { log } from '../log';
import { stsCall, stsClient, stsMetadata } from '../sts/metadata';
import { forgetExchanged } from '../sts/token-exchange';
import { isReplaced, isRevokedNow } from './revoked-sessions';
import type { Session } from './session';

/** Sign-out takes effect locally and immediately. Each call to the STS may take at most this long. */
export const LIMIT_MS = 3000;

/**
 * Revokes the refresh token, or the access token if there is none (RFC 7009). This is a best effort: a failure is logged
 * and does not prevent the sign-out. This process drops the tokens that it got in exchange for the access token.
 */
export async function revokeTokens(
	session: Pick<Session, 'accessToken' | 'refreshToken'>,
	requestId?: string
): Promise<void> {
	const token = session.refreshToken ?? session.accessToken;
	if (token === undefined) {
		log.warn('a token could not be revoked: the shared store is unavailable', { requestId });
		return;
	}
	if (session.accessToken !== undefined) forgetExchanged(session.accessToken);
	const tokenType = session.refreshToken === undefined ? 'access_token' : 'refresh_token';
	try {
		const metadata = await withinLimit(stsMetadata(), LIMIT_MS);
		if (!metadata.revocation_endpoint) return;
		const { client, authentication } = stsClient();
		const response = await oauth.revocationRequest(metadata, client, authentication, token, {
			...stsCall,
			signal: AbortSignal.timeout(LIMIT_MS),
			additionalParameters: { token_type_hint: tokenType }
		});
		// RFC 7009 specifies 200; some services respond with another 2xx status.
		if (!response.ok) await oauth.processRevocationResponse(response);
	} catch (error) {
		log.warn('a token could not be revoked', { requestId, tokenType, error });
	}
}

/**
 * Revokes the tokens of a refresh during which the session has ended: who ended it knew only the earlier ones. Those of a
 * session that a sign-in has replaced are left to expire, because an STS that revokes a grant as a whole would also end the
 * new session.
 */
export async function revokeIfEnded(refreshed: Session): Promise<void> {
	if ((await isRevokedNow(refreshed)) && !(await isReplaced(refreshed))) await revokeTokens(refreshed);
}
