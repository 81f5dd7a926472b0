import { randomBytes } from 'node:crypto';
import type { Account, Profile } from '@auth/core/types';
import { customFetch, SvelteKitAuth, type SvelteKitAuthConfig } from '@auth/sveltekit';
import type { RequestEvent } from '@sveltejs/kit';
import * as oauth from 'oauth4webapi';
import * as v from 'valibot';
import { config } from '../config';
import { lenientResponse, withoutOtherClaims } from '../sts/responses';
import { DISCOVERY_PATH } from '../sts/addresses';
import { resourceParameter, stsClient, userTokenParameters } from '../sts/client';
import { endpointFetch, metadataOf, stsCall, stsMetadata } from '../sts/metadata';
import type { Provider, Session } from './session';

const BASE_PATH = '/api/auth';
/** Auth.js requires a secret. Nothing that it seals leaves this module. */
const secret = randomBytes(32).toString('base64url');

/** An authorization request, and the values that its callback needs. */
interface AuthorizationRequest {
	readonly url: URL;
	/** PKCE code verifier (RFC 7636 4.1). */
	readonly verifier: string;
	readonly nonce: string;
}

/** The token endpoint's response (RFC 6749 5.1), with Auth.js's own fields. */
type TokenResponse = Account;

/**
 * Auth.js reports its errors to a logger and responds with a redirect. This error has the reported one as its cause.
 */
export class AuthjsError extends Error {
	override readonly name = 'AuthjsError';

	/**
	 * @param granted the tokens of a rejected response; not stored; the caller must revoke them
	 */
	constructor(
		message: string,
		readonly granted: GrantedTokens | null,
		options?: ErrorOptions
	) {
		super(message, options);
	}
}

export type GrantedTokens = Pick<Session, 'accessToken' | 'refreshToken'>;

interface Outcome {
	error: unknown;
	account: Account | null;
	granted: GrantedTokens | null;
	/** The ID token as the STS sent it. Auth.js gets one with fewer claims. */
	idToken: string | undefined;
}

interface Run {
	readonly path: string;
	readonly provider?: Provider;
	readonly method: 'GET' | 'POST';
	/** PKCE code verifier, at a callback. */
	readonly verifier?: string;
	readonly authorizationParams?: Readonly<Record<string, string>>;
}

/**
 * Builds an authorization request (OpenID Connect Core 3.1.2.1) with PKCE and a nonce.
 * @param state the complete `state` parameter
 * @param authorizationParams values from the server alone, never from a query (see docs/security.md)
 * @throws {AuthjsError} if the STS's metadata can't be read
 */
export async function authorizationRequest(
	provider: Provider,
	state: string,
	authorizationParams: Readonly<Record<string, string>>
): Promise<AuthorizationRequest> {
	const { response } = await run({ path: `signin/${provider}`, method: 'POST', authorizationParams });
	const url = new URL(response.headers.get('location') ?? '');
	// Auth.js makes none of these: it would seal each in a cookie of its own, and can't open them after 2038.
	const verifier = oauth.generateRandomCodeVerifier();
	const nonce = oauth.generateRandomNonce();
	url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier));
	url.searchParams.set('code_challenge_method', 'S256');
	url.searchParams.set('nonce', nonce);
	url.searchParams.set('state', state);
	return { url, verifier, nonce };
}

/**
 * Pushes an authorization request to the STS if it supports that (RFC 9126), so that the parameters can't be read or
 * changed in the browser.
 * @returns the URL to redirect the browser to
 * @throws {UpstreamError}, or oauth4webapi's errors, if the STS can't be reached or rejects the request
 */
export async function pushAuthorization(request: URL): Promise<string> {
	const metadata = await stsMetadata();
	if (!metadata.pushed_authorization_request_endpoint) return request.href;
	const { client, authentication } = stsClient();
	// The endpoint may have a query of its own, which is not part of the request and has to stay (RFC 6749 3.1).
	const short = new URL(metadata.authorization_endpoint ?? request.origin + request.pathname);
	const isOwn = ([name, value]: readonly [string, string]) => short.searchParams.get(name) === value;
	const parameters = new URLSearchParams([...request.searchParams].filter((parameter) => !isOwn(parameter)));
	const response = await oauth.pushedAuthorizationRequest(metadata, client, authentication, parameters, stsCall);
	const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, client, response);
	short.searchParams.set('client_id', client.client_id);
	short.searchParams.set('request_uri', request_uri);
	return short.href;
}

/**
 * Whether an error response is from the STS, by its `iss` (RFC 9207 2.4). Auth.js checks that of a response with a code.
 * True while the STS's metadata can't be read.
 */
export async function isFromSts(iss: string | null): Promise<boolean> {
	const known = await stsMetadata().catch(() => null);
	if (known === null) return true;
	const metadata = await metadataOf(iss, known, 'untrusted');
	return iss === null ? metadata.authorization_response_iss_parameter_supported !== true : iss === metadata.issuer;
}

/**
 * Redeems the code of a callback (OpenID Connect Core 3.1.3.1) and validates the response. The ID token's signature and nonce
 * are left to `verifyIdToken`, and the `state` parameter to the caller. Makes one call to the token endpoint.
 * @param flow the flow of the browser that sent the callback
 * @throws {AuthjsError} with its cause
 */
export async function redeemCode(
	{ code, iss }: { readonly code: string; readonly iss: string | null },
	{ provider, verifier }: { readonly provider: Provider; readonly verifier: string }
): Promise<TokenResponse> {
	const query = new URLSearchParams({ code, ...(iss !== null && { iss }) });
	// Auth.js compares it too. This reads the metadata again first, if its issuer is outdated.
	if (iss !== null) await isFromSts(iss);
	const { account } = await run({ path: `callback/${provider}?${query}`, method: 'GET', verifier });
	if (!account) throw new AuthjsError('no account was returned', null);
	return account;
}

/** Auth.js's list of sign-in methods, in the format that its clients expect. */
export async function providerList(): Promise<unknown> {
	const { response } = await run({ path: 'providers', method: 'GET' });
	return response.json();
}

async function run(wanted: Run): Promise<{ readonly response: Response; readonly account: Account | null }> {
	const outcome: Outcome = { error: null, account: null, granted: null, idToken: undefined };
	const { handle } = SvelteKitAuth(withBasePath(authConfig(wanted, outcome)));
	const request = new Request(`${config().origin}${BASE_PATH}/${wanted.path}`, { method: wanted.method });
	const event = { request, url: new URL(request.url), locals: {} } as unknown as RequestEvent;
	const response = await handle({ event, resolve: () => new Response(null, { status: 404 }) });
	if (outcome.error !== null) throw new AuthjsError('Auth.js failed', outcome.granted, { cause: outcome.error });
	const { account, idToken } = outcome;
	return { response, account: account && { ...account, ...(idToken !== undefined && { id_token: idToken }) } };
}

/**
 * `@auth/sveltekit` sets the base path `/auth` on every request, but the STS has `/api/auth/callback/*` registered.
 */
function withBasePath(authConfig: SvelteKitAuthConfig): SvelteKitAuthConfig {
	return Object.defineProperty(authConfig, 'basePath', { get: () => BASE_PATH, set: () => {}, enumerable: true });
}

function authConfig({ verifier, authorizationParams }: Run, outcome: Outcome): SvelteKitAuthConfig {
	const { sts } = config();
	const provider = (id: Provider, name: string) => ({
		id,
		name,
		type: 'oidc' as const,
		issuer: sts.issuer,
		clientId: sts.clientId,
		// `authjsFetch` authenticates the portal.
		client: { token_endpoint_auth_method: 'none' },
		// The flow's cookie has what the checks need. Auth.js would read it from cookies of its own.
		checks: ['none' as const],
		authorization: { params: { scope: sts.scope, ...userTokenParameters(), ...authorizationParams } },
		profile: (claims: Profile) => ({ id: claims.sub ?? '' }),
		[customFetch]: (...request: Parameters<typeof fetch>) => authjsFetch({ verifier, outcome }, ...request)
	});
	return {
		providers: [provider('sts', 'Institution'), provider('sts-wallet', 'Wallet')],
		secret,
		trustHost: true,
		pages: { signIn: '/login', error: '/login' },
		logger: { error: (error) => (outcome.error = error), warn: () => {}, debug: () => {} },
		callbacks: {
			jwt({ account }) {
				if (account) outcome.account = account;
				return null;
			}
		}
	};
}

/**
 * Auth.js requests the discovery document in every step, and requires a userinfo endpoint that it never calls here.
 * It gets the shared metadata, with a placeholder for that endpoint if there is none. Its only other request is for tokens.
 */
async function authjsFetch(
	{ verifier, outcome }: { readonly verifier: string | undefined; readonly outcome: Outcome },
	...[input, init]: Parameters<typeof fetch>
): Promise<Response> {
	if (!String(input instanceof Request ? input.url : input).endsWith(DISCOVERY_PATH)) {
		const tokenResponse = await endpointFetch(input, await completedTokenRequest(init, verifier));
		const { response, idToken, issuer } = await withoutOtherClaims(await lenientResponse(tokenResponse));
		// Auth.js has its copy of the metadata already, but the next sign-in has the issuer of this one.
		await metadataOf(issuer, await stsMetadata(), 'sts');
		outcome.granted ??= await grantedTokens(response.clone());
		outcome.idToken ??= idToken;
		return response;
	}
	const metadata = await stsMetadata();
	return Response.json({ userinfo_endpoint: metadata.issuer, ...metadata });
}

/**
 * A token request of Auth.js with the portal's client authentication, `resource` and the PKCE code verifier (RFC 7636,
 * 4.5). Auth.js's own `private_key_jwt` names two audiences, which Keycloak refuses.
 * @param init a form without a client secret
 */
async function completedTokenRequest(init: RequestInit = {}, verifier?: string): Promise<RequestInit> {
	const { client, authentication } = stsClient();
	const body = new URLSearchParams(init.body as URLSearchParams);
	const headers = new Headers(init.headers);
	for (const [name, value] of Object.entries(resourceParameter())) body.set(name, value);
	if (verifier !== undefined) body.set('code_verifier', verifier);
	body.delete('client_id');
	await authentication(await stsMetadata(), client, body, headers);
	return { ...init, body, headers };
}

const TokensOfResponse = v.object({ access_token: v.string(), refresh_token: v.optional(v.string()) });

async function grantedTokens(response: Response): Promise<GrantedTokens | null> {
	const found = v.safeParse(TokensOfResponse, await response.json().catch(() => null));
	if (!response.ok || !found.success) return null;
	const { access_token: accessToken, refresh_token: refreshToken } = found.output;
	return { accessToken, refreshToken };
}
