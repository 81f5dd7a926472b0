import { decodeJwt } from 'jose';
import { type AuthorizationServer, genericTokenEndpointRequest } from 'oauth4webapi';
import { config } from '../lib/server/config';
import type { Config } from '../lib/server/config/parse';
import type { TokenOptions } from '../lib/server/config/service-client';
import { assertionBy, stsClient } from '../lib/server/sts/client';
import { stsCall } from '../lib/server/sts/metadata';
import { requestServiceToken, serviceTokenRefusal } from '../lib/server/sts/service-token';
import { connectionFailure, withProxy, type Exchange, exchangeWithSts, oauthError } from './http';
import { type Finding, good, warning, wrong, corsFindings, credentialOf, JWKS_PATH, CROSS_ORIGIN } from './findings';
import { callbackUrl } from './sign-in';

/**
 * Checks that the token endpoint accepts the portal's credentials: it refuses an invalid code with `invalid_grant` if the client is
 * authenticated, else with a client error (RFC 6749 5.2). The same request with another site's origin shows whether its pages could read
 * the response.
 */
export async function examineClient(
	{ sts, origin, clientKeys }: Pick<Config, 'sts' | 'origin' | 'clientKeys'>,
	metadata: AuthorizationServer
): Promise<readonly Finding[]> {
	const parameters = {
		code: 'portal-doctor',
		redirect_uri: callbackUrl(origin, 'sts'),
		code_verifier: 'portal-doctor'.repeat(4)
	};
	const { client, authentication } = stsClient();
	const requestToken = (headers: Record<string, string>, by = authentication) =>
		exchangeWithSts(metadata.token_endpoint, () =>
			genericTokenEndpointRequest(metadata, client, by, 'authorization_code', parameters, { ...stsCall, headers })
		);
	const response = await requestToken({});
	if ('failure' in response)
		return [
			wrong(
				'sts.credentials',
				`The token endpoint of the STS can’t be reached: ${response.failure.reason}.`,
				response.failure.advice
			)
		];
	const accepted = credentials(response.reply.status, oauthError(response.reply), sts);
	// Which sites may read a response, an STS decides by the client. Without one, it may let all sites read the error.
	const fromStranger = accepted.severity === 'wrong' ? null : await requestToken({ origin: CROSS_ORIGIN });
	const laterKeys: Finding[] = [];
	for (const key of sts.clientAuth === 'private_key_jwt' ? clientKeys.slice(1) : [])
		laterKeys.push(laterKey(key, await requestToken({}, assertionBy(key))));
	return [
		...keysFinding(clientKeys, sts.clientAuth === 'private_key_jwt'),
		accepted,
		...laterKeys,
		...(fromStranger ? corsFindings('sts.cors', 'token endpoint of the STS', fromStranger) : [])
	];
}

function credentials(status: number, code: string | null, { clientAuth }: Config['sts']): Finding {
	if (code === 'invalid_grant') return good('sts.credentials', 'The STS accepts the portal’s credentials.');
	if (status === 401 || code === 'invalid_client' || code === 'unauthorized_client')
		return wrong(
			'sts.credentials',
			`The STS refuses the portal’s credentials (${code ?? `status ${status}`}).`,
			`Check STS_CLIENT_ID, ${credentialOf(clientAuth)}, and that the STS accepts ${clientAuth} (STS_CLIENT_AUTH).`
		);
	return warning(
		'sts.credentials',
		`The token endpoint responds with ${code ?? `status ${status}`} to an invalid code. This does not show whether the credentials are valid.`,
		'Sign in once to find out.'
	);
}

function keysFinding(keys: Config['clientKeys'], isUsed: boolean): readonly Finding[] {
	if (keys.length === 0) return [];
	const names = keys.map(({ kid, alg }) => `${kid} (${alg})`).join(', ');
	const use = isUsed ? 'The first signs.' : 'None of them signs: STS_CLIENT_AUTH is not private_key_jwt.';
	return [good('sts.client-keys', `The portal publishes its keys at ${JWKS_PATH}: ${names}. ${use}`)];
}

/** During a rotation the STS should accept every published key, so that any of them can be made the first. */
function laterKey({ kid }: Config['clientKeys'][number], response: Exchange): Finding {
	const code = 'reply' in response ? oauthError(response.reply) : null;
	if (code === 'invalid_grant') return good('sts.client-keys', `The STS accepts the key ${kid} too.`);
	return warning(
		'sts.client-keys',
		`The STS does not accept the key ${kid} of STS_CLIENT_KEY${code === null ? '' : ` (${code})`}.`,
		'Do not make it the first key before the STS has read it; remove it if it is an old one.'
	);
}

/** The access tokens of the service client by audience; those that the STS does not issue are absent. */
export interface ServiceTokens {
	readonly bridge: string | undefined;
	readonly backends: ReadonlyMap<string, string>;
	readonly findings: readonly Finding[];
}

type Facts = Pick<Config, 'service' | 'backends'>;

/** Requests each token that the portal requests as a client: for the Auth Bridge, and for backends with token kind `service`. */
export async function examineServiceTokens({ service, backends }: Facts): Promise<ServiceTokens> {
	const findings: Finding[] = [];
	const bridge = service.bridge && (await grant('the Auth Bridge', service.bridge, findings));
	const forBackends = new Map<string, string>();
	for (const { name, token, tokenScope: scope, tokenAudience: audience, tokenResource: resource } of backends) {
		if (token !== 'service') continue;
		const granted = await grant(`backend "${name}"`, { scope, audience, resource }, findings);
		if (granted !== undefined) forBackends.set(name, granted);
	}
	return { bridge, backends: forBackends, findings };
}

async function grant(use: string, options: TokenOptions, findings: Finding[]): Promise<string | undefined> {
	try {
		const { accessToken } = await requestServiceToken(options);
		findings.push(audienceFinding(use, options, accessToken));
		return accessToken;
	} catch (error) {
		findings.push(refusal(use, error));
		return undefined;
	}
}

function audienceFinding(use: string, { audience }: TokenOptions, accessToken: string): Finding {
	const audiences = audiencesOf(accessToken);
	if (audience === undefined || audiences === null || audiences.includes(audience))
		return good('sts.service-token', `The STS issues the service client a token for ${use}.`);
	return warning(
		'sts.service-token',
		`The STS issues the service client a token for ${use}, but not with the audience ${audience}.`,
		'The service may refuse it: configure the STS to put that audience into the token (Keycloak: an Audience mapper).'
	);
}

/** The audiences of a token; null if it is opaque. */
function audiencesOf(accessToken: string): readonly (string | undefined)[] | null {
	try {
		return [decodeJwt(accessToken).aud].flat();
	} catch {
		return null;
	}
}

const advices: Readonly<Record<string, string>> = {
	invalid_client:
		'Check AUTH_BRIDGE_CLIENT_ID, AUTH_BRIDGE_CLIENT_AUTH, and AUTH_BRIDGE_CLIENT_SECRET or the key at the STS.',
	unauthorized_client:
		'Allow that client the client credentials grant at the STS (Keycloak: Service account roles On).',
	invalid_scope: 'Give that client the scope at the STS, or correct AUTH_BRIDGE_SCOPE or the backend’s tokenScope.',
	invalid_target: 'Correct AUTH_BRIDGE_RESOURCE or the backend’s tokenResource, or make it known to the STS.',
	invalid_request:
		'Check that the client may use the client credentials grant, AUTH_BRIDGE_AUDIENCE, AUTH_BRIDGE_RESOURCE and the backend’s token settings.'
};

function refusal(use: string, error: unknown): Finding {
	const code = serviceTokenRefusal(error);
	if (code !== undefined)
		return wrong(
			'sts.service-token',
			`The STS refuses the service client a token for ${use} (${code}).`,
			advices[code] ?? 'Check the service client at the STS.'
		);
	const { reason, advice } = withProxy(connectionFailure(error), config().sts.internal);
	return wrong('sts.service-token', `The STS issues the service client no token for ${use}: ${reason}.`, advice);
}
