import { createLocalJWKSet, jwtVerify } from 'jose';
import type Provider from 'oidc-provider';
import { type Context, errors } from 'oidc-provider';
import type { SigningKey } from './keys.ts';

/** The grant type of RFC 8693. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

interface Subject {
	readonly accountId: string | undefined;
	readonly clientId: string | undefined;
}

/**
 * Lets a client exchange a person's access token that was issued to it for one with another audience (RFC 8693), which
 * `oidc-provider` does not do itself. `resource` or `audience` names the only audience of the new token, a JWT.
 */
export function addTokenExchange(provider: Provider, { algorithm, jwk }: SigningKey): void {
	const { d: _private, ...publicJwk } = jwk;
	const keys = createLocalJWKSet({ keys: [publicJwk] });

	/** The person and the client of an access token, opaque or not; undefined if it is not valid. */
	async function subjectOf(token: string): Promise<Subject | undefined> {
		if (!token.includes('.')) return provider.AccessToken.find(token);
		const verified = await jwtVerify(token, keys, { issuer: provider.issuer }).catch(() => undefined);
		const { sub, client_id: clientId } = verified?.payload ?? {};
		return typeof clientId === 'string' ? { accountId: sub, clientId } : undefined;
	}

	async function exchange(ctx: Context): Promise<void> {
		const { client, params } = ctx.oidc;
		const { subject_token: token, subject_token_type: type, scope } = params;
		const target = params.resource ?? params.audience;
		const subject = typeof token === 'string' && type === ACCESS_TOKEN ? await subjectOf(token) : undefined;
		if (subject?.clientId !== client.clientId) throw new errors.InvalidRequest('the subject token is not valid');
		if (typeof target !== 'string') throw new errors.InvalidTarget('say what the token is for');
		const granted = typeof scope === 'string' ? scope : undefined;
		const issued = new provider.AccessToken({ client, accountId: subject.accountId, scope: granted, gty: 'exchange' });
		issued.resourceServer = new provider.ResourceServer(target, {
			audience: target,
			scope: granted ?? '',
			accessTokenFormat: 'jwt',
			jwt: { sign: { alg: algorithm } }
		});
		ctx.body = {
			access_token: await issued.save(),
			issued_token_type: ACCESS_TOKEN,
			token_type: 'Bearer',
			expires_in: issued.expiration
		};
	}

	const parameters = ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope'];
	provider.registerGrantType(TOKEN_EXCHANGE, exchange, parameters);
}
