import { type AuthorizationServer, pushedAuthorizationRequest } from 'oauth4webapi';
import { voluntaryClaims } from '../../lib/server/auth/claims';
import { type Provider, providers } from '../../lib/server/auth/session';
import type { Config } from '../../lib/server/config/parse';
import { stsCall, stsClient, stsFetch } from '../../lib/server/sts/metadata';
import { exchange, oauthError, type Reply } from './exchange';
import { type Finding, good, warning, wrong } from './finding';

type Facts = Pick<Config, 'sts' | 'origin'>;
/** What the STS makes of a request: null when it takes it, else its error code, or `status N` where it gives none. */
type Verdict = string | null;

/** Errors that an STS sends back to a registered callback because nobody is signed in (OIDC Core 3.1.2.6). */
const NOBODY_SIGNED_IN = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'];

/** The address that the STS sends a browser back to. */
export function callbackUrl(origin: string, provider: Provider): string {
	return `${origin}/api/auth/callback/${provider}`;
}

/**
 * Whether the STS takes the authorization requests that the portal really makes: both callbacks, and the scopes of
 * STS_SCOPE. They are pushed where the STS offers that (RFC 9126); elsewhere they go to the authorization endpoint with
 * `prompt=none`, so that nobody is asked anything.
 */
export async function examineSignIn(config: Facts, metadata: AuthorizationServer): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	for (const provider of providers) findings.push(...(await examineProvider(config, metadata, provider)));
	// Both requests ask for the same scopes: one finding says enough.
	return findings.filter(
		({ check }, index) => check !== 'sts.scope' || index === findings.findIndex((other) => other.check === check)
	);
}

async function examineProvider(config: Facts, metadata: AuthorizationServer, provider: Provider): Promise<Finding[]> {
	const isPushed = metadata.pushed_authorization_request_endpoint !== undefined;
	const send = isPushed ? push : navigate;
	const wanted = authorizationRequest(config, provider);
	const response = await exchange(() => send(metadata, wanted));
	const redirectUri = callbackUrl(config.origin, provider);
	if ('failure' in response)
		return [
			wrong(
				'sts.authorization',
				`The ${isPushed ? 'endpoint for pushed authorization requests' : 'authorization endpoint'} of the STS can’t be reached: ${response.failure.reason}.`,
				response.failure.advice
			)
		];
	const verdict = isPushed ? pushedVerdict(response.reply) : navigatedVerdict(response.reply, redirectUri);
	return findingsOf(verdict, config.sts, redirectUri, provider);
}

function findingsOf(
	verdict: Verdict | undefined,
	{ scope, clientAuth }: Config['sts'],
	redirectUri: string,
	provider: Provider
): Finding[] {
	const check = `sts.callback.${provider}`;
	const registered = good(check, `The callback ${redirectUri} is registered at the STS.`);
	if (verdict === null) return [registered, good('sts.scope', `The STS grants the scopes of STS_SCOPE (${scope}).`)];
	if (verdict === 'invalid_scope')
		return [
			registered,
			wrong(
				'sts.scope',
				`The STS refuses the scopes of STS_SCOPE (${scope}).`,
				'Give the portal’s client these scopes at the STS, or leave those that it does not know out of STS_SCOPE.'
			)
		];
	if (verdict === undefined)
		return [warning(check, `It can’t be told whether ${redirectUri} is registered.`, 'Sign in once to see.')];
	if (verdict === 'invalid_client')
		return [
			wrong(
				check,
				'The STS refuses the portal’s credentials at its endpoint for pushed authorization requests.',
				`Check STS_CLIENT_ID, STS_CLIENT_SECRET, and that the STS takes ${clientAuth} there too (STS_CLIENT_AUTH).`
			)
		];
	return [
		wrong(
			check,
			`The STS refuses a sign-in with the callback ${redirectUri} (${verdict}).`,
			'Register exactly this address for the portal’s client, and check AUTH_URL.'
		)
	];
}

/** As Auth.js makes it for the portal; its challenge is that of a verifier in RFC 7636, and no code is ever redeemed. */
function authorizationRequest({ sts, origin }: Facts, provider: Provider): URLSearchParams {
	return new URLSearchParams({
		client_id: sts.clientId,
		response_type: 'code',
		scope: sts.scope,
		redirect_uri: callbackUrl(origin, provider),
		state: 'portal-doctor',
		nonce: 'portal-doctor',
		code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
		code_challenge_method: 'S256',
		...(provider === 'sts' && { claims: JSON.stringify(voluntaryClaims) })
	});
}

function push(metadata: AuthorizationServer, wanted: URLSearchParams): Promise<Response> {
	const { client, authentication } = stsClient();
	return pushedAuthorizationRequest(metadata, client, authentication, wanted, stsCall);
}

function navigate({ authorization_endpoint = '' }: AuthorizationServer, wanted: URLSearchParams): Promise<Response> {
	const url = new URL(authorization_endpoint);
	for (const [name, value] of [...wanted, ['prompt', 'none'] as const]) url.searchParams.set(name, value);
	return stsFetch(url);
}

function pushedVerdict(reply: Reply): Verdict {
	if (reply.status === 201 || (reply.status === 200 && reply.json?.request_uri !== undefined)) return null;
	if (reply.status === 401) return 'invalid_client';
	return oauthError(reply) ?? `status ${reply.status}`;
}

/** An STS that does not trust the callback shows an error page; any other error goes back to the callback (RFC 6749 4.1.2.1). */
function navigatedVerdict({ status, headers }: Reply, redirectUri: string): Verdict | undefined {
	const location = headers.get('location');
	if (status >= 300 && status < 400 && location?.startsWith(`${redirectUri}?`)) {
		const error = new URL(location).searchParams.get('error');
		return error === null || NOBODY_SIGNED_IN.includes(error) ? null : error.slice(0, 64);
	}
	return status >= 400 && status < 500 ? `status ${status}` : undefined;
}
