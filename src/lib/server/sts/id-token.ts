import * as v from 'valibot';
import { IdentityClaims } from '../auth/claims';
import { config } from '../config';
import { verifySignedToken } from './signed-token';

/**
 * The claims of an ID token whose signature, issuer, audience and times are right (OIDC Core 3.1.3.7).
 * @throws jose's errors for a token that isn't, and ValiError for one without a subject
 */
export async function verifyIdToken(idToken: string): Promise<IdentityClaims> {
	const claims = await verifySignedToken(idToken, {
		audience: config().sts.clientId,
		requiredClaims: ['sub', 'exp', 'iat'],
		from: 'sts',
		algorithms: 'listed'
	});
	return v.parse(IdentityClaims, claims);
}
