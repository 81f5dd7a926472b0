import { decodeJwt } from 'jose';
import { config } from '../../lib/server/config';
import type { Config } from '../../lib/server/config/parse';
import type { TokenOptions } from '../../lib/server/config/service-client';
import { requestServiceToken, serviceTokenRefusal } from '../../lib/server/sts/client-credentials';
import { connectionFailure } from './connection-failure';
import { withProxy } from './egress';
import { type Finding, good, warning, wrong } from './finding';

/** What the portal's service client gets, by who it is for; absent where the STS gives no token. */
export interface ServiceTokens {
	readonly bridge: string | undefined;
	readonly backends: ReadonlyMap<string, string>;
	readonly findings: readonly Finding[];
}

type Facts = Pick<Config, 'service' | 'backends'>;

/** Gets each token that the portal would get for itself: for the Auth Bridge, and for backends with token kind `service`. */
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
		return good('sts.service-token', `The STS gives the service client a token for ${use}.`);
	return warning(
		'sts.service-token',
		`The STS gives the service client a token for ${use}, but not with the audience ${audience}.`,
		'The service may refuse it: let the STS put that audience into the token (Keycloak: an Audience mapper).'
	);
}

/** Whom a token is for; null for an opaque one. */
function audiencesOf(accessToken: string): readonly (string | undefined)[] | null {
	try {
		return [decodeJwt(accessToken).aud].flat();
	} catch {
		return null;
	}
}

const advices: Readonly<Record<string, string>> = {
	invalid_client: 'Check AUTH_BRIDGE_CLIENT_ID, AUTH_BRIDGE_CLIENT_SECRET and AUTH_BRIDGE_CLIENT_AUTH.',
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
	return wrong('sts.service-token', `The STS gives the service client no token for ${use}: ${reason}.`, advice);
}
