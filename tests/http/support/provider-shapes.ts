import type { PassingResponse } from '../../harness/proxy.ts';
import type { Environment } from '../../harness/portal-process.ts';

type Json = Readonly<Record<string, unknown>>;

/** How an STS differs from the sandbox's, according to the documentation or source of a provider. */
export interface ProviderShape {
	readonly name: string;
	/** The variables that docs/providers.md recommends. */
	readonly env?: Environment;
	/** The suffix of the issuer after the sandbox's address. */
	readonly issuerEnd?: string;
	/** Merged into the discovery document; undefined removes a field. */
	readonly discovery?: Json;
	/** Merged into ID tokens; null removes a claim. */
	readonly claims?: Json;
	/** Merged into token responses; undefined removes a field. */
	readonly tokens?: Json;
	/** Whether callbacks have the `iss` parameter (RFC 9207). */
	readonly hasIss?: boolean;
	/** Whether it issues refresh tokens, and replaces them at each use. */
	readonly refresh?: 'rotates' | 'keeps' | 'none';
	/** How its revocation endpoint responds. */
	readonly revocation?: (response: PassingResponse) => void;
	/** The header of its logout tokens, if it sends any. */
	readonly logoutHeader?: Json;
}

/** Removes fields from the discovery document. */
export const without = (...names: readonly string[]): Json =>
	Object.fromEntries(names.map((name) => [name, undefined]));
const withStatus = (status: number, body: string) => (response: PassingResponse) => {
	response.status = status;
	response.body = body;
	response.headers['content-type'] = 'text/html';
};
const PAR = 'pushed_authorization_request_endpoint';
const institutionOnly = { SIGN_IN_METHODS: 'institution' };
const thin = Object.fromEntries(
	['name', 'given_name', 'family_name', 'email', 'eduid', 'federated_subject', 'auth_time', 'acr', 'amr', 'sid'].map(
		(claim) => [claim, null]
	)
);

export const providerShapes: readonly ProviderShape[] = [
	{
		name: 'Keycloak',
		logoutHeader: { typ: 'JWT' },
		env: institutionOnly,
		discovery: {
			mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example/token' },
			check_session_iframe: 'https://sts.example/login-status-iframe.html',
			acr_values_supported: ['0', '1'],
			tls_client_certificate_bound_access_tokens: true
		},
		claims: { typ: 'ID', azp: 'portal-frontend', acr: '1', email_verified: true, eduid: null },
		tokens: { 'not-before-policy': 0, refresh_expires_in: 1800, session_state: 'a-session' },
		hasIss: true,
		refresh: 'rotates'
	},
	{
		name: 'Entra ID',
		env: institutionOnly,
		issuerEnd: '/v2.0',
		discovery: {
			...without(
				PAR,
				'revocation_endpoint',
				'code_challenge_methods_supported',
				'authorization_response_iss_parameter_supported'
			),
			tenant_region_scope: 'EU',
			cloud_instance_name: 'microsoftonline.com',
			http_logout_supported: true
		},
		claims: {
			auth_time: null,
			sid: null,
			amr: null,
			acr: null,
			eduid: null,
			ver: '2.0',
			uti: 'x',
			preferred_username: 'a@b.example'
		},
		tokens: { ext_expires_in: 3599, expires_in: '3599' },
		refresh: 'keeps'
	},
	{
		name: 'Okta',
		env: { ...institutionOnly, SIGN_OUT_ID_TOKEN_HINT: 'true' },
		issuerEnd: '/oauth2/default',
		discovery: without('authorization_response_iss_parameter_supported'),
		claims: { ver: 1, idp: '00o1', amr: ['pwd', 'mfa'], eduid: null, sid: null },
		refresh: 'rotates',
		revocation: withStatus(200, '')
	},
	{
		name: 'Auth0',
		logoutHeader: { typ: 'logout+jwt' },
		env: institutionOnly,
		issuerEnd: '/',
		discovery: {
			...without(PAR, 'authorization_response_iss_parameter_supported'),
			mfa_challenge_endpoint: 'https://sts.example/mfa'
		},
		claims: {
			auth_time: null,
			acr: null,
			amr: null,
			eduid: null,
			updated_at: '2026-11-28T00:00:00.000Z',
			email_verified: 'true'
		},
		refresh: 'rotates',
		revocation: withStatus(200, '')
	},
	{
		name: 'authentik',
		logoutHeader: {},
		env: { ...institutionOnly, SIGN_OUT_ID_TOKEN_HINT: 'true' },
		issuerEnd: '/application/o/portal/',
		discovery: without(PAR, 'authorization_response_iss_parameter_supported'),
		claims: {
			acr: 'goauthentik.io/providers/oauth2/default',
			groups: ['staff'],
			given_name: 'Sanne',
			eduid: null,
			sid: null
		},
		refresh: 'rotates',
		revocation: withStatus(200, '{}')
	},
	{
		name: 'SATOSA',
		env: institutionOnly,
		discovery: without(
			PAR,
			'revocation_endpoint',
			'end_session_endpoint',
			'authorization_response_iss_parameter_supported'
		),
		claims: thin,
		tokens: without('scope'),
		refresh: 'none'
	},
	{
		name: 'SimpleSAMLphp',
		logoutHeader: { typ: 'logout+jwt' },
		env: institutionOnly,
		discovery: {
			...without(PAR, 'authorization_response_iss_parameter_supported'),
			request_parameter_supported: 'true'
		},
		claims: { ...thin, email: ['sanne@uni-noord.example'] },
		refresh: 'rotates',
		revocation: withStatus(405, '<h1>Method Not Allowed</h1>')
	},
	{
		name: 'an STS whose revocation endpoint responds with a page',
		revocation: withStatus(200, '<html>done</html>'),
		refresh: 'keeps',
		hasIss: true
	},
	{
		name: 'an STS whose revocation endpoint is not implemented',
		revocation: withStatus(501, 'not here'),
		refresh: 'rotates',
		hasIss: true
	}
];
