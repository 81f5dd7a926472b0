import { randomBytes } from 'node:crypto';
import { type Client, type Context, errors } from 'oidc-provider';
import { escapeHtml, page } from '../http/html.ts';
import type { Scenarios } from '../scenarios.ts';
import { type Accounts, MFA, SFA } from './accounts.ts';
import type { AuthorizationLog } from './authorization-log.ts';
import { clientsOf, type ClientOptions } from './clients.ts';
import { grantEverything } from './grants.ts';
import type { SigningKey } from './keys.ts';
import { createPolicy } from './policy.ts';
import { createStore } from './store.ts';

const codeSeconds = 600;
const refreshTokenSeconds = 86_400;
const sessionSeconds = 86_400;
const apiScopes = 'wallet:sessions profile:read sessions:revoke';

export interface ProviderOptions extends ClientOptions {
	accessTokenSeconds: number;
	/** The audience of the access token of an API client or an operator if its request names no resource. */
	apiAudience: string;
	key: SigningKey;
	/** Sends logout tokens. */
	send: typeof fetch;
	accounts: Accounts;
	authorizations: AuthorizationLog;
	scenarios: Scenarios;
}

/** The configuration of `oidc-provider` that makes it behave like the real STS. */
export function providerConfiguration(options: ProviderOptions): Record<string, unknown> {
	const { accounts, authorizations, scenarios, key } = options;
	const accessTokenSeconds = () => scenarios.peek('access-token-seconds')?.seconds ?? options.accessTokenSeconds;
	return {
		adapter: createStore(),
		jwks: { keys: [key.jwk] },
		clients: clientsOf(options),
		clientAuthMethods: ['client_secret_post', 'private_key_jwt'],
		enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] },
		// Stricter than the provider, and like newer servers: the issuer is the only audience of an assertion.
		assertJwtClientAuthClaimsAndHeader: (ctx: Context, { aud }: { aud?: unknown }) => {
			if (aud !== ctx.oidc.provider.issuer) throw new errors.InvalidClientAuth('aud must be the issuer alone');
		},
		clockTolerance: 0,
		cookies: {
			// Cookies do not depend on the port: the portal on the same host receives these too.
			names: { session: 'sts.session', interaction: 'sts.interaction', resume: 'sts.resume' },
			keys: [randomBytes(32).toString('hex')]
		},
		scopes: ['openid', 'profile', 'email', 'eduid', 'offline_access'],
		claims: {
			openid: ['sub', 'acr', 'amr', 'auth_time', 'federated_subject', 'institution_id'],
			profile: ['name', 'given_name', 'family_name', 'birthdate'],
			email: ['email', 'email_verified'],
			eduid: ['eduid', 'eduperson_principal_name', 'eduperson_scoped_affiliation', 'schac_home_organization']
		},
		// The portal reads the ID token, with the claims that the real STS adds.
		conformIdTokenClaims: false,
		acrValues: [SFA, MFA],
		extraParams: ['provider'],
		responseTypes: ['code'],
		pkce: { required: () => true },
		interactions: {
			policy: createPolicy(accounts),
			url: (_ctx: Context, { uid }: { uid: string }) => `/interaction/${uid}`
		},
		loadExistingGrant: grantEverything,
		findAccount: (_ctx: Context, id: string) => {
			const account = accounts.find(id);
			return account && { accountId: id, claims: () => ({ sub: id, ...account.claims }) };
		},
		// Backends of the institution greet people by their name.
		extraTokenClaims: (_ctx: Context, { accountId = '' }: { accountId?: string }) => {
			const name = accounts.find(accountId)?.claims.name;
			return name === undefined ? undefined : { name };
		},
		// The provider ignores `offline_access` without `prompt=consent`; the real STS does not.
		issueRefreshToken: (_ctx: Context, client: Client, { codeChallenge }: { codeChallenge?: string }) => {
			if (scenarios.peek('no-refresh-token') || !client.grantTypeAllowed('refresh_token')) return false;
			const scope = authorizations.findByChallenge(codeChallenge ?? '')?.params.scope ?? '';
			return scope.split(' ').includes('offline_access');
		},
		expiresWithSession: () => false,
		rotateRefreshToken: () => scenarios.peek('no-rotation') === undefined,
		ttl: {
			AccessToken: accessTokenSeconds,
			ClientCredentials: accessTokenSeconds,
			AuthorizationCode: codeSeconds,
			IdToken: () => options.accessTokenSeconds,
			RefreshToken: refreshTokenSeconds,
			Interaction: codeSeconds,
			Session: sessionSeconds,
			Grant: sessionSeconds
		},
		features: featuresOf(options),
		// The provider's own guard refuses loopback addresses, and the sandbox has no others.
		fetch: (url: string, { dispatcher: _guard, ...init }: RequestInit & { dispatcher?: unknown }) =>
			options.send(url, init),
		clientBasedCORS: () => false,
		renderError: (ctx: Context, out: Record<string, string>) => {
			ctx.type = 'html';
			ctx.body = page('Sign-in failed', `<p>${escapeHtml(`${out.error ?? ''}: ${out.error_description ?? ''}`)}</p>`);
		}
	};
}

function featuresOf({ apiAudience, key }: ProviderOptions) {
	return {
		devInteractions: { enabled: false },
		dPoP: { enabled: false },
		claimsParameter: { enabled: true },
		clientCredentials: { enabled: true },
		revocation: {
			enabled: true,
			allowedPolicy: (_ctx: Context, client: Client, token: { clientId: string }) => token.clientId === client.clientId
		},
		backchannelLogout: { enabled: true },
		rpInitiatedLogout: {
			enabled: true,
			// `sign-out.ts` submits this form, so that the person need not confirm.
			logoutSource: (ctx: Context, form: string) => {
				ctx.body = form;
			},
			postLogoutSuccessSource: (ctx: Context) => {
				ctx.body = page('Signed out', '<p>You can close this window.</p>');
			}
		},
		resourceIndicators: {
			enabled: true,
			defaultResource: (_ctx: Context, { clientId }: Client, oneOf?: string[]) =>
				oneOf ?? (['third-party', 'operator'].includes(clientId) ? apiAudience : undefined),
			useGrantedResource: () => false,
			getResourceServerInfo: (_ctx: Context, resource: string) => ({
				scope: apiScopes,
				audience: resource,
				accessTokenFormat: 'jwt',
				jwt: { sign: { alg: key.algorithm } }
			})
		}
	};
}
