import { type CryptoKey, importJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import type { ClientKey } from '../config/client-keys';

/** Each key is imported once. */
const imported = new WeakMap<ClientKey, Promise<CryptoKey>>();

/**
 * Client authentication by a signed assertion (RFC 7523 2.2). Its audience is the issuer alone: an assertion with another
 * audience, or several, could be replayed at another server (draft-ietf-oauth-rfc7523bis). It is valid for a minute. It has
 * no `nbf`, which would be in the future for an STS whose clock is behind.
 */
export function assertionBy(clientKey: ClientKey): oauth.ClientAuth {
	const { alg, kid } = clientKey;
	return async (...request) => {
		const authenticate = oauth.PrivateKeyJwt(
			{ key: await keyOf(clientKey), kid },
			{
				[oauth.modifyAssertion]: (header, payload) => {
					header.alg = alg;
					delete payload.nbf;
				}
			}
		);
		await authenticate(...request);
	};
}

function keyOf(clientKey: ClientKey): Promise<CryptoKey> {
	const { privateJwk, alg } = clientKey;
	const known = imported.get(clientKey) ?? (importJWK({ ...privateJwk }, alg) as Promise<CryptoKey>);
	imported.set(clientKey, known);
	return known;
}
