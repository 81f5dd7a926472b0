import * as v from 'valibot';
import { scope } from './fields';

/** How a client authenticates at the token endpoint (OIDC Core 9). */
export const clientAuth = v.picklist(
	['client_secret_post', 'client_secret_basic'],
	'must be "client_secret_post" or "client_secret_basic"'
);

/** The portal's service credential: a client whose tokens authorize requests that are not on behalf of a signed-in person. */
export const serviceEntries = {
	AUTH_BRIDGE_CLIENT_ID: v.optional(v.string()),
	AUTH_BRIDGE_CLIENT_SECRET: v.optional(v.string()),
	AUTH_BRIDGE_CLIENT_AUTH: v.optional(clientAuth),
	AUTH_BRIDGE_SCOPE: v.optional(scope),
	AUTH_BRIDGE_AUDIENCE: v.optional(v.string()),
	AUTH_BRIDGE_RESOURCE: v.optional(v.pipe(v.string(), v.url('must be an absolute address')))
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

/** An OAuth client at the STS. */
export interface ClientAtSts {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly clientAuth: v.InferOutput<typeof clientAuth>;
}

/** Whether the service client has no secret. The portal's own client (`STS_CLIENT_ID`) needs none here: its secret is known. */
export const lacksSecret = (env: ServiceEnvironment & { readonly STS_CLIENT_ID: string }): boolean =>
	env.AUTH_BRIDGE_CLIENT_ID !== undefined &&
	env.AUTH_BRIDGE_CLIENT_ID !== env.STS_CLIENT_ID &&
	env.AUTH_BRIDGE_CLIENT_SECRET === undefined;

/** Whether a setting of the service client is set, but its client id is not. */
export const lacksClient = ({ AUTH_BRIDGE_CLIENT_ID, ...rest }: ServiceEnvironment): boolean =>
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
export function arrangeService(env: ServiceEnvironment, portal: ClientAtSts) {
	const { AUTH_BRIDGE_CLIENT_ID: clientId = portal.clientId } = env;
	const client: ClientAtSts = {
		clientId,
		clientSecret: env.AUTH_BRIDGE_CLIENT_SECRET ?? portal.clientSecret,
		clientAuth: env.AUTH_BRIDGE_CLIENT_AUTH ?? portal.clientAuth
	};
	const bridge: TokenOptions = {
		scope: env.AUTH_BRIDGE_SCOPE,
		audience: env.AUTH_BRIDGE_AUDIENCE,
		resource: env.AUTH_BRIDGE_RESOURCE
	};
	return { client, bridge: env.AUTH_BRIDGE_CLIENT_ID === undefined ? undefined : bridge };
}
