import { type AuthorizationServer, pushedAuthorizationRequest } from 'oauth4webapi';
import { requestedClaims } from '../lib/server/sts/id-token';
import type { Provider } from '../lib/server/auth/session';
import type { Config } from '../lib/server/config/parse';
import { stsClient, userTokenParameters } from '../lib/server/sts/client';
import { stsCall, stsFetch } from '../lib/server/sts/metadata';
import { type ConnectionFailure, exchangeWithSts, oauthError, type Reply } from './http';
import { type Finding, good, warning, wrong, credentialOf } from './findings';

type Facts = Pick<Config, 'sts' | 'origin' | 'signInMethods'>;
/** The result of an authorization request; `refused` has the error code, or the status if there is no code. */
type Outcome =
	'accepted' | 'invalid_client' | 'unknown' | { readonly refused: string } | { readonly failure: ConnectionFailure };

/** Errors that an STS sends to a registered callback because there is no session (OpenID Connect Core 3.1.2.6). */
const NOBODY_SIGNED_IN = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'];

/** The redirect URI of a way to sign in. */
export function callbackUrl(origin: string, provider: Provider): string {
	return `${origin}/api/auth/callback/${provider}`;
}

/**
 * Checks that the STS accepts the portal's authorization requests: the callbacks of the ways to sign in, and the scopes of STS_SCOPE. The
 * requests are pushed if the STS supports it (RFC 9126), else sent to the authorization endpoint with `prompt=none`.
 */
export async function examineSignIn(config: Facts, metadata: AuthorizationServer): Promise<readonly Finding[]> {
	const { institution, wallet } = config.signInMethods;
	const enabled: readonly Provider[] = [
		...(institution ? ['sts' as const] : []),
		...(wallet ? ['sts-wallet' as const] : [])
	];
	const findings: Finding[] = [];
	for (const provider of enabled) findings.push(...(await examineProvider(config, metadata, provider)));
	// What concerns all ways to sign in, such as their scopes or refused credentials, is reported once.
	return findings.filter(({ message }, index) => index === findings.findIndex((other) => other.message === message));
}

async function examineProvider(config: Facts, metadata: AuthorizationServer, provider: Provider): Promise<Finding[]> {
	const isPushed = metadata.pushed_authorization_request_endpoint !== undefined;
	const redirectUri = callbackUrl(config.origin, provider);
	const send = async (scope: string): Promise<Outcome> => {
		const wanted = authorizationRequest(config, provider, scope);
		const url = metadata.pushed_authorization_request_endpoint ?? metadata.authorization_endpoint;
		const response = await exchangeWithSts(url, () => (isPushed ? push : navigate)(metadata, wanted));
		if ('failure' in response) return response;
		return isPushed ? pushedOutcome(response.reply) : navigatedOutcome(response.reply, redirectUri);
	};
	const { scope } = config.sts;
	const outcome = await send(scope);
	const granted = good('sts.scope', `The STS accepts a request for the scopes of STS_SCOPE (${scope}).`);
	const registered = good(`sts.callback.${provider}`, `The callback ${redirectUri} is registered at the STS.`);
	if (outcome === 'accepted') return [registered, granted];
	// Not every STS responds with `invalid_scope`: if `openid` alone is accepted, the other scopes were the reason.
	if (isRefusal(outcome) && (await send('openid')) === 'accepted') return [registered, await scopeFinding(scope, send)];
	return [callbackFinding(outcome, { isPushed, redirectUri, provider, clientAuth: config.sts.clientAuth })];
}

function isRefusal(outcome: Outcome): outcome is { readonly refused: string } {
	return typeof outcome === 'object' && 'refused' in outcome;
}

/** Tries each scope to find those that the STS refuses. */
async function scopeFinding(scope: string, send: (scope: string) => Promise<Outcome>): Promise<Finding> {
	const refused: string[] = [];
	for (const name of scope.split(' ').filter((part) => part !== '' && part !== 'openid'))
		if (isRefusal(await send(`openid ${name}`))) refused.push(name);
	return wrong(
		'sts.scope',
		`The STS refuses the scopes of STS_SCOPE (${refused.join(', ') || scope}).`,
		'Give the portal’s client these scopes at the STS, or leave them out of STS_SCOPE.'
	);
}

interface CallbackRequest {
	readonly isPushed: boolean;
	readonly redirectUri: string;
	readonly provider: Provider;
	readonly clientAuth: Config['sts']['clientAuth'];
}

function callbackFinding(outcome: Outcome, { isPushed, redirectUri, provider, clientAuth }: CallbackRequest): Finding {
	const check = `sts.callback.${provider}`;
	const endpoint = isPushed ? 'endpoint for pushed authorization requests' : 'authorization endpoint';
	if (outcome === 'invalid_client')
		return wrong(
			check,
			`The STS refuses the portal’s credentials at its ${endpoint}.`,
			`Check STS_CLIENT_ID, ${credentialOf(clientAuth)}, and that the STS accepts ${clientAuth} there too (STS_CLIENT_AUTH).`
		);
	if (isRefusal(outcome))
		return wrong(
			check,
			`The STS refuses a sign-in with the callback ${redirectUri} (${outcome.refused}).`,
			'Register exactly this address for the portal’s client, and check AUTH_URL.'
		);
	if (typeof outcome === 'object')
		return wrong(
			'sts.authorization',
			`The ${endpoint} of the STS can’t be reached: ${outcome.failure.reason}.`,
			outcome.failure.advice
		);
	return warning(
		check,
		`The check could not determine whether ${redirectUri} is registered.`,
		'Sign in once to find out.'
	);
}

/** The same parameters as Auth.js sends for the portal. The challenge is RFC 7636's example: no code is redeemed. */
function authorizationRequest({ sts, origin }: Facts, provider: Provider, scope: string): URLSearchParams {
	return new URLSearchParams({
		client_id: sts.clientId,
		response_type: 'code',
		scope,
		redirect_uri: callbackUrl(origin, provider),
		state: 'portal-doctor',
		nonce: 'portal-doctor',
		code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
		code_challenge_method: 'S256',
		...userTokenParameters(),
		...(provider === 'sts' && { claims: JSON.stringify(requestedClaims()) })
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

function pushedOutcome(reply: Reply): Outcome {
	if (reply.status === 201 || (reply.status === 200 && reply.json?.request_uri !== undefined)) return 'accepted';
	const code = oauthError(reply);
	if (reply.status === 401 || code === 'invalid_client') return 'invalid_client';
	return { refused: code ?? `status ${reply.status}` };
}

/** An STS shows an error page if the callback is not registered, and redirects to the callback for any other error (RFC 6749 4.1.2.1). */
function navigatedOutcome({ status, headers }: Reply, redirectUri: string): Outcome {
	const location = headers.get('location');
	if (status >= 300 && status < 400 && location?.startsWith(`${redirectUri}?`)) {
		const error = new URL(location).searchParams.get('error');
		return error === null || NOBODY_SIGNED_IN.includes(error) ? 'accepted' : { refused: error.slice(0, 64) };
	}
	return status >= 400 && status < 500 ? { refused: `status ${status}` } : 'unknown';
}

/** Checks that the STS redirects browsers to the portal after sign-out (OpenID Connect RP-Initiated Logout 2). There is no session to end. */
export async function examineSignOut(
	{ sts, origin }: Pick<Config, 'sts' | 'origin'>,
	{ end_session_endpoint: endpoint }: AuthorizationServer
): Promise<readonly Finding[]> {
	if (endpoint === undefined) return [];
	const target = `${origin}/`;
	const url = new URL(endpoint);
	url.searchParams.set('client_id', sts.clientId);
	url.searchParams.set('post_logout_redirect_uri', target);
	url.searchParams.set('state', 'signed_out');
	const response = await exchangeWithSts(url, () => stsFetch(url));
	if ('failure' in response)
		return [
			warning(
				'sts.sign-out',
				`The sign-out page of the STS can’t be reached: ${response.failure.reason}.`,
				response.failure.advice
			)
		];
	const { status } = response.reply;
	if (status < 400) return [good('sts.sign-out', `The STS sends browsers back to ${target} after signing out.`)];
	if (sts.signOutIdTokenHint)
		return [
			warning(
				'sts.sign-out',
				`The sign-out page of the STS responds with status ${status} to a request without an ID token. This does not show whether ${target} is registered.`,
				'Sign out once to find out.'
			)
		];
	return [
		wrong(
			'sts.sign-out',
			`The sign-out page of the STS refuses to send browsers back to ${target} (status ${status}).`,
			'Register exactly this address as a post-logout redirect URI; if the STS insists on an ID token, set SIGN_OUT_ID_TOKEN_HINT=true.'
		)
	];
}
