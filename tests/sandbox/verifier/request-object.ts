import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { VerifierIdentity } from './identity.ts';
import type { CredentialQuery } from './queries.ts';
import { contentEncryption } from './response.ts';

/** The key pair that a wallet's response is encrypted for. */
export interface EncryptionKey {
	readonly privateKey: CryptoKey;
	readonly jwk: JWK;
}

export interface RequestClaims {
	readonly identity: VerifierIdentity;
	readonly query: CredentialQuery;
	/** Absent: the wallet does not encrypt its response. */
	readonly encryption: EncryptionKey | undefined;
	/** Epoch milliseconds. */
	readonly now: number;
}

/** The claims that all request objects have (OpenID4VP, section 5). */
export function requestClaims({ identity, query, encryption, now }: RequestClaims) {
	return {
		aud: 'https://self-issued.me/v2',
		iat: Math.floor(now / 1000),
		client_id: identity.clientId,
		response_type: 'vp_token',
		dcql_query: { credentials: [query] },
		client_metadata: {
			vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
			...(encryption && {
				jwks: { keys: [encryption.jwk] },
				encrypted_response_enc_values_supported: contentEncryption
			})
		}
	};
}

export async function createEncryptionKey(): Promise<EncryptionKey> {
	const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
	return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: random(), use: 'enc', alg: 'ECDH-ES' } };
}

/** 128 random bits, in base64url. */
export function random(): string {
	return randomBytes(16).toString('base64url');
}
