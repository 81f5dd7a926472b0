import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** A new private key for `STS_CLIENT_KEY`, as a JWK. */
export async function newClientKey(alg: string, kid: string): Promise<JWK> {
	const { privateKey } = await generateKeyPair(alg, { extractable: true });
	return { ...(await exportJWK(privateKey)), alg, kid };
}

/** The environment of a portal that authenticates to the STS with the first of these keys. */
export const keyEnvironment = (...keys: readonly JWK[]) => ({
	STS_CLIENT_AUTH: 'private_key_jwt',
	STS_CLIENT_KEY: JSON.stringify({ keys }),
	STS_CLIENT_SECRET: ''
});
