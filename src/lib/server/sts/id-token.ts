import * as v from 'valibot';
import { IdentityClaims } from '../auth/claims';
import { verifySignedToken } from './signed-token';

/**
 * The claims of an ID token whose signature, issuer, audience and times are right (OIDC Core 3.1.3.7).
 * @throws jose's errors for a token that isn't, and ValiError for one without a subject
 */
export async function verifyIdToken(idToken: string): Promise<IdentityClaims> {
	return v.parse(IdentityClaims, await verifySignedToken(idToken, { requiredClaims: ['sub', 'exp', 'iat'] }));
}
