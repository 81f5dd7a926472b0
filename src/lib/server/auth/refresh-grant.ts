import * as oauth from 'oauth4webapi';
import { WorkFailed } from './run-once';
import { verifyIdToken } from '../sts/id-token';
import { isSameIssuer } from '../sts/addresses';
import { resourceParameter, stsClient } from '../sts/client';
import { metadataOf, stsCall, stsMetadata } from '../sts/metadata';
import { clientErrors, isUnavailable, isNeverSent, serverErrors, withoutOtherClaims } from '../sts/responses';
import { isUnknownKey } from '../sts/tokens';
import { type Session } from './session';
import { type TokenSet, tokenTimes } from './session-tokens';

/**
 * Requests new tokens with a session's refresh token (RFC 6749 6). The call has its own timeout and is not aborted with the
 * request.
 * @throws {WorkFailed} `ended`: the STS has revoked the grant, or the response is for another subject; `refused`: a 400
 * that means neither that nor a misconfigured portal; `postponed`: the token was not redeemed, and the call can be retried;
 * `lost`: the token may have been redeemed, but there is no usable response
 */
export async function redeemRefreshToken(session: Session & { refreshToken: string }): Promise<TokenSet> {
	const metadata = await stsMetadata().catch((cause: unknown) => postponed('sts_unreachable', cause));
	const { client, authentication } = stsClient();
	const response = await oauth
		.refreshTokenGrantRequest(metadata, client, authentication, session.refreshToken, {
			...stsCall,
			additionalParameters: resourceParameter()
		})
		.catch((cause: unknown) => (isNeverSent(cause) ? postponed('sts_unreachable', cause) : lost('no_response', cause)));
	await assertProcessed(response);

	const { response: reduced, idToken, issuer } = await withoutOtherClaims(response);
	const current = await metadataOf(issuer, metadata, 'sts');
	// The STS may have changed its issuer, but its discovery document does not say so.
	if (issuer !== current.issuer && isSameIssuer(issuer, current.issuer)) lost('id_token_issuer');
	const tokens = await oauth
		.processRefreshTokenResponse(current, client, reduced)
		.catch((cause: unknown) => throwRefreshError(cause, response.status));
	if (idToken !== undefined) await assertSamePerson(session, idToken, tokens);
	return {
		...tokenTimes(tokens.expires_in),
		accessToken: tokens.access_token,
		refreshToken: tokens.refresh_token ?? session.refreshToken,
		idToken: idToken ?? session.idToken
	};
}

/**
 * After a 502 or 504 from a gateway, it is unknown whether the STS redeemed the token. After any other 5xx status or a 429,
 * it did not.
 */
async function assertProcessed(response: Response): Promise<void> {
	if (response.status !== 429 && response.status < 500) return;
	await response.body?.cancel();
	const code = `sts_${response.status}`;
	if (response.status === 502 || response.status === 504) lost(code);
	postponed(code);
}

/** Only a 200 response can contain tokens. An unreadable response with another status means that nothing was redeemed. */
function throwRefreshError(cause: unknown, status: number): never {
	if (cause instanceof oauth.ResponseBodyError) return refusedWith(cause);
	if (cause instanceof oauth.WWWAuthenticateChallengeError) return postponed('invalid_client', cause);
	if (cause instanceof oauth.OperationProcessingError && cause.code === oauth.JWT_CLAIM_COMPARISON)
		return ended('id_token_not_ours', cause);
	return status === 200 ? lost('unreadable_response', cause) : postponed(`sts_${status}`, cause);
}

/**
 * A refreshed ID token must have the same issuer and audience, which were checked with the response, and the same subject
 * (OpenID Connect Core 12.2).
 */
async function assertSamePerson(session: Session, idToken: string, tokens: oauth.TokenEndpointResponse): Promise<void> {
	if (oauth.getValidatedIdTokenClaims(tokens)?.sub !== session.sub) ended('other_subject');
	try {
		await verifyIdToken(idToken, { accessToken: tokens.access_token });
	} catch (cause) {
		// If the key is unavailable, it is sufficient that the response came directly from the STS (OpenID Connect Core 3.1.3.7, 6).
		if (!isUnavailable(cause) && !isUnknownKey(cause)) ended('id_token_not_valid', cause);
	}
}

/**
 * Errors about the grant or the person. Only a new sign-in resolves them (RFC 6749 5.2, OpenID Connect Core 3.1.2.6, RFC 8628 3.5).
 */
const grantErrors = [
	'invalid_grant',
	'access_denied',
	'account_selection_required',
	'consent_required',
	'expired_token',
	'interaction_required',
	'login_required',
	'mfa_required'
];

/** @throws {WorkFailed} always, with a code that the portal defines and no other text from the STS */
function refusedWith(cause: oauth.ResponseBodyError): never {
	const grantError = grantErrors.find((code) => code === cause.error);
	if (grantError !== undefined) ended(grantError, cause);
	// Errors about the portal as a client: no session ends.
	const clientError = clientErrors.find((code) => code === cause.error);
	if (clientError !== undefined) postponed(clientError, cause);
	const serverError = serverErrors.find((code) => code === cause.error);
	if (serverError !== undefined) postponed(serverError, cause);
	if (cause.status !== 400) postponed(`sts_${cause.status}`, cause);
	throw new WorkFailed('refused', cause.error === 'invalid_request' ? 'invalid_request' : 'refused', { cause });
}

function ended(code: string, cause?: unknown): never {
	throw new WorkFailed('ended', code, { cause });
}

function postponed(code: string, cause?: unknown): never {
	throw new WorkFailed('postponed', code, { cause });
}

function lost(code: string, cause?: unknown): never {
	throw new WorkFailed('lost', code, { cause });
}
