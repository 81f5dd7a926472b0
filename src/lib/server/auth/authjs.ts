import { customFetch, SvelteKitAuth, type SvelteKitAuthConfig } from '@auth/sveltekit';
import type { Account, Profile } from '@auth/core/types';
import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { returnPath } from '../http/return-path';
import { stsFetch, stsMetadata } from '../sts/metadata';
import { verifyIdToken } from '../sts/id-token';
import { flowCookies } from './flow-cookies';
import { newSession } from './new-session';
import type { Provider } from './session';
import { tokenTimes } from './token-times';

const BASE_PATH = '/api/auth';

/** One run of Auth.js: its own answer, and the error it logged on the way, which its redirect hides. */
export interface AuthAnswer {
	readonly response: Response;
	readonly fault: unknown;
}

/** A request to Auth.js: `path` below `/api/auth`, and what the portal itself adds to the authorization request. */
export interface AuthRequest {
	readonly path: string;
	readonly method: 'GET' | 'POST';
	readonly flow: string;
	readonly query?: string;
	/** A POST's form. */
	readonly form?: Readonly<Record<string, string>>;
	/** Parameters for the STS; they come from the server alone, never from a query (see security.md C2). */
	readonly authorizationParams?: Readonly<Record<string, string>>;
}

/**
 * Runs Auth.js for one request. It does the protocol (PKCE, state, nonce, code exchange); when somebody has signed in,
 * `event.locals.session` holds the new session, and the session handle writes it.
 */
export async function runAuthjs(event: RequestEvent, wanted: AuthRequest): Promise<AuthAnswer> {
	const run: { fault: unknown } = { fault: null };
	const request = authRequest(event, wanted);
	const { handle } = SvelteKitAuth(withBasePath(authConfig(event, wanted, run)));
	const shadow = Object.create(event, {
		request: { value: request },
		url: { value: new URL(request.url) },
		// Auth.js puts functions of its own in there; ours holds facts.
		locals: { value: {} }
	}) as RequestEvent;
	const response = await handle({ event: shadow, resolve: () => new Response(null, { status: 404 }) });
	return { response, fault: run.fault };
}

function authRequest(event: RequestEvent, { path, method, query, form }: AuthRequest): Request {
	const headers = new Headers({ cookie: event.request.headers.get('cookie') ?? '' });
	if (form) headers.set('content-type', 'application/x-www-form-urlencoded');
	return new Request(`${config().origin}${BASE_PATH}/${path}${query ?? ''}`, {
		method,
		headers,
		...(form && { body: new URLSearchParams(form).toString() })
	});
}

/** `@auth/sveltekit` sets `/auth` on every request, while `/api/auth/callback/*` is what the STS has registered. */
function withBasePath(authConfig: SvelteKitAuthConfig): SvelteKitAuthConfig {
	return Object.defineProperty(authConfig, 'basePath', { get: () => BASE_PATH, set: () => {}, enumerable: true });
}

function authConfig(event: RequestEvent, wanted: AuthRequest, run: { fault: unknown }): SvelteKitAuthConfig {
	const { sts, secrets, secure } = config();
	const provider = (id: Provider, name: string) => ({
		id,
		name,
		type: 'oidc' as const,
		issuer: sts.issuer,
		clientId: sts.clientId,
		clientSecret: sts.clientSecret,
		client: { token_endpoint_auth_method: sts.clientAuth },
		checks: ['pkce' as const, 'state' as const, 'nonce' as const],
		authorization: { params: { scope: sts.scope, ...wanted.authorizationParams } },
		profile: (claims: Profile) => ({ id: claims.sub ?? '' }),
		[customFetch]: authjsFetch
	});
	return {
		providers: [provider('sts', 'Institution'), provider('sts-wallet', 'Wallet')],
		secret: [...secrets],
		trustHost: true,
		useSecureCookies: secure,
		cookies: flowCookies(wanted.flow),
		pages: { signIn: '/login', error: '/login' },
		logger: { error: (error) => (run.fault = error), warn: () => {}, debug: () => {} },
		callbacks: {
			redirect: ({ url }) => config().origin + returnPath(url, config().origin),
			async jwt({ account }) {
				if (account) event.locals.session = await sessionOf(account);
				return null;
			}
		}
	};
}

/** Auth.js checks an ID token's claims but not its signature; that is done here, before anybody counts as signed in. */
async function sessionOf(account: Account) {
	if (!account.access_token || !account.id_token) throw new Error('the STS answered without the tokens of a sign-in');
	const claims = await verifyIdToken(account.id_token);
	const tokens = {
		accessToken: account.access_token,
		refreshToken: account.refresh_token,
		idToken: account.id_token,
		...tokenTimes(account.expires_in)
	};
	return newSession(account.provider as Provider, claims, tokens, Math.floor(Date.now() / 1000));
}

/** Auth.js discovers on every step, and insists on an endpoint it never calls here: it gets our shared metadata. */
async function authjsFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
	if (!String(input instanceof Request ? input.url : input).endsWith('/.well-known/openid-configuration'))
		return stsFetch(input, init);
	const metadata = await stsMetadata();
	return Response.json({ userinfo_endpoint: metadata.issuer, ...metadata });
}
