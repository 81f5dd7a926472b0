import { createHash } from 'node:crypto';
import { exportJWK, SignJWT, type JWTPayload } from 'jose';
import type { CertifiedKey } from '../issuer/certificates.ts';
import type { ClientIdPrefix } from './settings.ts';

/** How a verifier names itself, and signs its request objects. */
export interface VerifierIdentity {
	/** With its prefix (OpenID4VP, section 5.9). */
	readonly clientId: string;
	/** Signs a request object (RFC 9101, section 4). */
	sign(payload: JWTPayload): Promise<string>;
}

/**
 * `x509_hash`: the client id is the digest of the certificate; 53 characters.
 * `decentralized_identifier`: it is a `did:jwk` with the whole public key, which makes a denser QR code.
 */
export async function createIdentity(prefix: ClientIdPrefix, key: CertifiedKey): Promise<VerifierIdentity> {
	const { privateKey, x5c } = key;
	const signWith = (header: Record<string, unknown>) => (payload: JWTPayload) =>
		new SignJWT(payload).setProtectedHeader({ ...header, alg: 'ES256', typ: 'oauth-authz-req+jwt' }).sign(privateKey);
	if (prefix === 'x509_hash') {
		const der = Buffer.from(x5c[0] ?? '', 'base64');
		const hash = createHash('sha256').update(der).digest('base64url');
		return { clientId: `x509_hash:${hash}`, sign: signWith({ x5c }) };
	}
	const { kty, crv, x, y } = await exportJWK(privateKey);
	const did = `did:jwk:${Buffer.from(JSON.stringify({ kty, crv, x, y })).toString('base64url')}`;
	return { clientId: `decentralized_identifier:${did}`, sign: signWith({ kid: `${did}#0` }) };
}
