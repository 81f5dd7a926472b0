import { type CryptoKey, importJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { FRESH_CLOCK_TOLERANCE_SECONDS } from '../clock';
import { config } from '../config';
import type { ClientKey } from '../config/client-keys';
import type { ClientAtSts } from '../config/service-client';

/** The portal as an OAuth client. */
export function stsClient() {
	const { client, authentication } = clientOf(config().sts);
	return { client: { ...client, [oauth.clockTolerance]: FRESH_CLOCK_TOLERANCE_SECONDS }, authentication };
}

/**
 * A configured OAuth client, with its authentication at the STS: by a secret (RFC 6749 2.3.1) or a signed assertion (RFC 7523
 * 2.2).
 */
export function clientOf(configured: ClientAtSts) {
	const { clientId, clientAuth } = configured;
	const client: oauth.Client = { client_id: clientId, token_endpoint_auth_method: clientAuth };
	return { client, authentication: authenticationOf(configured) };
}

function authenticationOf(configured: ClientAtSts): oauth.ClientAuth {
	if (configured.clientAuth === 'private_key_jwt') return assertionBy(configured.clientKey);
	const { clientAuth, clientSecret } = configured;
	return (clientAuth === 'client_secret_basic' ? oauth.ClientSecretBasic : oauth.ClientSecretPost)(clientSecret);
}

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

/**
 * What authorization requests say about people's access tokens: `resource` (RFC 8707 2), or the `audience` of some providers,
 * without which their access tokens are opaque. Token requests repeat `resource`.
 */
export function userTokenParameters(): Readonly<Record<string, string>> {
	const { resource, audience } = config().sts;
	return { ...(resource !== undefined && { resource }), ...(audience !== undefined && { audience }) };
}

/** The parameter that requests for people's tokens have, by code or refresh token (RFC 8707 2.2). */
export function resourceParameter(): Readonly<Record<string, string>> {
	const { resource } = config().sts;
	return resource === undefined ? {} : { resource };
}
