import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export type SigningAlgorithm = 'ES256' | 'RS256';

export interface SigningKey {
	readonly algorithm: SigningAlgorithm;
	readonly jwk: JWK;
	/**
	 * Signs any token with the STS's key, for tests that need an invalid one: expired, for another audience, a logout token
	 * without `events`. Nothing is added to the payload.
	 */
	sign(payload: JWTPayload, header?: Record<string, unknown>): Promise<string>;
}

/** Creates a new key for each run. */
export async function createSigningKey(algorithm: SigningAlgorithm): Promise<SigningKey> {
	const { privateKey }: { privateKey: CryptoKey } = await generateKeyPair(algorithm, { extractable: true });
	const kid = `sandbox-${crypto.randomUUID().slice(0, 8)}`;
	const jwk = { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: algorithm };
	return {
		algorithm,
		jwk,
		sign: (payload, header = {}) =>
			new SignJWT(payload).setProtectedHeader({ kid, ...header, alg: algorithm }).sign(privateKey)
	};
}
