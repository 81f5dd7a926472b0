import * as v from 'valibot';
import type { ClientKey } from './client-keys';
import { resource, scope } from './fields';

/** How a client authenticates at the token endpoint (OpenID Connect Core 9). */
export const clientAuth = v.picklist(
	['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
	'must be "client_secret_post", "client_secret_basic" or "private_key_jwt"'
);
type ClientAuth = v.InferOutput<typeof clientAuth>;

/** The portal's service credential: a client whose tokens authorize requests that are not on behalf of a signed-in person. */
export const serviceEntries = {
	AUTH_BRIDGE_CLIENT_ID: v.optional(v.string()),
	AUTH_BRIDGE_CLIENT_SECRET: v.optional(v.string()),
	AUTH_BRIDGE_CLIENT_AUTH: v.optional(clientAuth),
	AUTH_BRIDGE_SCOPE: v.optional(scope),
	AUTH_BRIDGE_AUDIENCE: v.optional(v.string()),
	AUTH_BRIDGE_RESOURCE: v.optional(resource)
};

const ServiceEnvironment = v.object(serviceEntries);
type ServiceEnvironment = v.InferOutput<typeof ServiceEnvironment>;

/**
 * Parameters of a token request (RFC 6749 3.3, RFC 8707). `audience` is for providers that support it instead of `resource`.
 */
export interface TokenOptions {
	readonly scope?: string | undefined;
	readonly audience?: string | undefined;
	readonly resource?: string | undefined;
}

/** An OAuth client at the STS, and its credential: a secret or a key. */
export type ClientAtSts = { readonly clientId: string } & (
	| { readonly clientAuth: Exclude<ClientAuth, 'private_key_jwt'>; readonly clientSecret: string }
	| { readonly clientAuth: 'private_key_jwt'; readonly clientKey: ClientKey }
);

interface Credentials {
	readonly clientId: string;
	readonly clientAuth: ClientAuth;
	readonly clientSecret: string | undefined;
	/** The first signs. */
	readonly clientKeys: readonly ClientKey[];
}

/**
 * A client with the credential that its authentication method needs. The checks of the environment ensure that the
 * credential is configured.
 */
export function arrangeClient({ clientId, clientAuth, clientSecret = '', clientKeys }: Credentials): ClientAtSts {
	const [clientKey] = clientKeys;
	if (clientAuth !== 'private_key_jwt') return { clientId, clientAuth, clientSecret };
	if (!clientKey) throw new TypeError('STS_CLIENT_KEY has been checked');
	return { clientId, clientAuth, clientKey };
}

interface PortalEnvironment {
	readonly STS_CLIENT_ID: string;
	readonly STS_CLIENT_AUTH: ClientAuth;
}
/** Whether variables are set, whatever their values are. */
type Presence<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

/** Whether the portal's client has no secret, although it authenticates with one. */
export const lacksPortalSecret = ({
	STS_CLIENT_AUTH,
	STS_CLIENT_SECRET
}: Pick<PortalEnvironment, 'STS_CLIENT_AUTH'> & Presence<'STS_CLIENT_SECRET'>): boolean =>
	STS_CLIENT_AUTH !== 'private_key_jwt' && STS_CLIENT_SECRET === undefined;

/** Whether a client authenticates with a key, and there is none. */
export const lacksKey = (env: Presence<'STS_CLIENT_AUTH' | 'AUTH_BRIDGE_CLIENT_AUTH' | 'STS_CLIENT_KEY'>): boolean =>
	[env.STS_CLIENT_AUTH, env.AUTH_BRIDGE_CLIENT_AUTH].includes('private_key_jwt') && env.STS_CLIENT_KEY === undefined;

/**
 * Whether the service client has no secret, although it authenticates with one. The portal's own client (`STS_CLIENT_ID`)
 * uses that of `STS_CLIENT_SECRET`, which may be missing only if the portal authenticates with a key.
 */
export function lacksSecret(
	env: Pick<ServiceEnvironment, 'AUTH_BRIDGE_CLIENT_ID' | 'AUTH_BRIDGE_CLIENT_AUTH'> &
		PortalEnvironment &
		Presence<'AUTH_BRIDGE_CLIENT_SECRET' | 'STS_CLIENT_SECRET'>
): boolean {
	if (env.AUTH_BRIDGE_CLIENT_ID === undefined || env.AUTH_BRIDGE_CLIENT_SECRET !== undefined) return false;
	if ((env.AUTH_BRIDGE_CLIENT_AUTH ?? env.STS_CLIENT_AUTH) === 'private_key_jwt') return false;
	if (env.AUTH_BRIDGE_CLIENT_ID !== env.STS_CLIENT_ID) return true;
	return env.STS_CLIENT_SECRET === undefined && !lacksPortalSecret(env);
}

/** Whether a setting of the service client is set, but its client id is not. */
export const lacksClient = ({ AUTH_BRIDGE_CLIENT_ID, ...rest }: Presence<keyof ServiceEnvironment>): boolean =>
	AUTH_BRIDGE_CLIENT_ID === undefined &&
	[
		rest.AUTH_BRIDGE_CLIENT_SECRET,
		rest.AUTH_BRIDGE_CLIENT_AUTH,
		rest.AUTH_BRIDGE_SCOPE,
		rest.AUTH_BRIDGE_AUDIENCE,
		rest.AUTH_BRIDGE_RESOURCE
	].some((value) => value !== undefined);

/**
 * The client that requests service tokens, and the token parameters for the Auth Bridge. If `bridge` is undefined, requests
 * to the Auth Bridge before sign-in have no token.
 */
export function arrangeService(env: ServiceEnvironment, portal: Credentials) {
	const client = arrangeClient({
		clientId: env.AUTH_BRIDGE_CLIENT_ID ?? portal.clientId,
		clientSecret: env.AUTH_BRIDGE_CLIENT_SECRET ?? portal.clientSecret,
		clientAuth: env.AUTH_BRIDGE_CLIENT_AUTH ?? portal.clientAuth,
		clientKeys: portal.clientKeys
	});
	const bridge: TokenOptions = {
		scope: env.AUTH_BRIDGE_SCOPE,
		audience: env.AUTH_BRIDGE_AUDIENCE,
		resource: env.AUTH_BRIDGE_RESOURCE
	};
	return { client, bridge: env.AUTH_BRIDGE_CLIENT_ID === undefined ? undefined : bridge };
}
