import * as v from 'valibot';
import { scope } from './fields';

/** How a client shows its secret (OIDC Core 9). */
export const clientAuth = v.picklist(
	['client_secret_post', 'client_secret_basic'],
	'must be "client_secret_post" or "client_secret_basic"'
);

/** The portal's service credential: a client whose tokens go with calls that no signed-in person stands behind. */
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

/** What an access token is asked for (RFC 6749 3.3, RFC 8707); `audience` is for providers that know it instead. */
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

/** The portal's own client can serve here too: its secret is known. */
export const lacksSecret = (env: ServiceEnvironment & { readonly STS_CLIENT_ID: string }): boolean =>
	env.AUTH_BRIDGE_CLIENT_ID !== undefined &&
	env.AUTH_BRIDGE_CLIENT_ID !== env.STS_CLIENT_ID &&
	env.AUTH_BRIDGE_CLIENT_SECRET === undefined;

/** Whether something is said of a client that is not named. */
export const lacksClient = ({ AUTH_BRIDGE_CLIENT_ID, ...rest }: ServiceEnvironment): boolean =>
	AUTH_BRIDGE_CLIENT_ID === undefined &&
	[
		rest.AUTH_BRIDGE_CLIENT_SECRET,
		rest.AUTH_BRIDGE_CLIENT_AUTH,
		rest.AUTH_BRIDGE_SCOPE,
		rest.AUTH_BRIDGE_AUDIENCE,
		rest.AUTH_BRIDGE_RESOURCE
	].some((value) => value !== undefined);

/** The client that fetches tokens, and what for; `bridge` absent: calls to the Auth Bridge before sign-in carry none. */
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
