import { type AuthorizationServer, genericTokenEndpointRequest } from 'oauth4webapi';
import type { Config } from '../../lib/server/config/parse';
import { stsCall, stsClient } from '../../lib/server/sts/metadata';
import { corsFindings, STRANGER_ORIGIN } from './cors';
import { exchangeWithSts, oauthError } from './exchange';
import { type Finding, good, warning, wrong } from './finding';
import { callbackUrl } from './sign-in';

/**
 * Whether the token endpoint accepts the portal's credentials: a request with a code that nobody was given is refused
 * because of the code when the client is known, else because of the client (RFC 6749 5.2). The same request from another
 * site's page shows whether that page could read the response.
 */
export async function examineClient(
	{ sts, origin }: Pick<Config, 'sts' | 'origin'>,
	metadata: AuthorizationServer
): Promise<readonly Finding[]> {
	const made = {
		code: 'portal-doctor',
		redirect_uri: callbackUrl(origin, 'sts'),
		code_verifier: 'portal-doctor'.repeat(4)
	};
	const { client, authentication } = stsClient();
	const ask = (headers: Record<string, string>) =>
		exchangeWithSts(metadata.token_endpoint, () =>
			genericTokenEndpointRequest(metadata, client, authentication, 'authorization_code', made, { ...stsCall, headers })
		);
	const response = await ask({});
	if ('failure' in response)
		return [
			wrong(
				'sts.credentials',
				`The token endpoint of the STS can’t be reached: ${response.failure.reason}.`,
				response.failure.advice
			)
		];
	const fromStranger = await ask({ origin: STRANGER_ORIGIN });
	return [
		credentials(response.reply.status, oauthError(response.reply), sts),
		...corsFindings('sts.cors', 'token endpoint of the STS', fromStranger)
	];
}

function credentials(status: number, code: string | null, { clientAuth }: Config['sts']): Finding {
	if (code === 'invalid_grant') return good('sts.credentials', 'The STS accepts the portal’s credentials.');
	if (status === 401 || code === 'invalid_client' || code === 'unauthorized_client')
		return wrong(
			'sts.credentials',
			`The STS refuses the portal’s credentials (${code ?? `status ${status}`}).`,
			`Check STS_CLIENT_ID, STS_CLIENT_SECRET, and that the STS takes ${clientAuth} (STS_CLIENT_AUTH).`
		);
	return warning(
		'sts.credentials',
		`The token endpoint responds with ${code ?? `status ${status}`} to a made-up code. This does not show whether the credentials are valid.`,
		'Sign in once to see whether they are right.'
	);
}
