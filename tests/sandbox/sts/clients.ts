import type { SigningKey } from './keys.ts';
import { TOKEN_EXCHANGE } from './token-exchange.ts';

export interface ClientOptions {
	portalOrigins: readonly string[];
	clientId: string;
	clientSecret: string;
	/** Whether the portal's clients authenticate with the keys of its `/.well-known/jwks.json`. */
	clientKeys: boolean;
	/** The address to which logout tokens are sent. */
	backchannelLogoutUrl: string;
	key: SigningKey;
}

/** The portal, its service client, and an API client and an operator's program with service accounts. */
export function clientsOf(options: ClientOptions) {
	const { clientId, clientSecret, clientKeys, portalOrigins, backchannelLogoutUrl, key } = options;
	const credential = (secret: string) =>
		clientKeys
			? { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: `${portalOrigins[0]}/.well-known/jwks.json` }
			: { client_secret: secret };
	const everywhere = (...paths: string[]) => portalOrigins.flatMap((origin) => paths.map((path) => origin + path));
	const serviceAccount = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
	const common = { token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: key.algorithm };
	return [
		{
			...common,
			client_id: clientId,
			...credential(clientSecret),
			grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE],
			response_types: ['code'],
			redirect_uris: everywhere('/api/auth/callback/sts', '/api/auth/callback/sts-wallet'),
			post_logout_redirect_uris: everywhere('/', '/login'),
			backchannel_logout_uri: backchannelLogoutUrl,
			backchannel_logout_session_required: true
		},
		{ ...common, ...serviceAccount, client_id: 'portal-service', ...credential('portal-service-secret') },
		{ ...common, ...serviceAccount, client_id: 'third-party', client_secret: 'third-party-secret' },
		{ ...common, ...serviceAccount, client_id: 'operator', client_secret: 'operator-secret' }
	];
}
