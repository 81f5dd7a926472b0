import * as v from 'valibot';
import { always, anywhere, type ApiRoute, type Method, unreadable } from './route';
import { SignInProvider } from '../auth/account-sessions';
import type { Backend } from '../config/backends';
import * as schemas from './schemas';
import { walletRoutes } from './wallet-routes';

const text = v.string();

/** Sign-in and sign-out: the routes of Auth.js, and back-channel logout by the STS. */
const authRoutes: readonly ApiRoute[] = [
	{
		path: '/api/auth/session',
		method: 'get',
		id: 'readSession',
		what: 'Read the session of this browser, as Auth.js returns it; null if there is no session.',
		access: 'open',
		responses: { 200: { what: 'The public part of the session.', json: v.nullable(schemas.Session) } },
		problems: anywhere
	},
	{
		path: '/api/auth/providers',
		method: 'get',
		id: 'listProviders',
		what: 'List the ways to sign in, in the format of Auth.js.',
		access: 'open',
		responses: {
			200: { what: 'The providers by id.', json: schemas.Providers }
		},
		problems: anywhere
	},
	{
		path: '/api/auth/csrf',
		method: 'get',
		id: 'readCsrfToken',
		what: 'Get a CSRF token. Clients of Auth.js require one; the portal does not check it, because it checks the origin of each request.',
		access: 'open',
		responses: { 200: { what: 'A token.', json: schemas.CsrfToken } },
		problems: anywhere
	},
	{
		path: '/api/auth/signin',
		method: 'get',
		id: 'showLogin',
		what: 'Redirect to the login page.',
		access: 'open',
		query: { callbackUrl: text },
		responses: { 303: { what: 'Redirect to the login page.', hasLocation: true } },
		problems: anywhere
	},
	{
		path: '/api/auth/signin/{provider}',
		method: 'post',
		id: 'signIn',
		what: 'Start a sign-in at the STS, from a browser that has loaded the login page or is signed in. `sts-wallet` needs a completed wallet session of this browser.',
		access: 'open',
		parameters: { provider: SignInProvider },
		headers: { 'X-Auth-Return-Redirect': text },
		form: () => v.object({ callbackUrl: v.optional(text) }),
		responses: {
			200: {
				what: 'The address of the STS, when the header `X-Auth-Return-Redirect` was sent.',
				json: schemas.SignInUrl
			},
			303: { what: 'Redirect to the STS.', hasLocation: true }
		},
		problems: [...anywhere, ...unreadable, 401, 404, 429, 502]
	},
	{
		path: '/api/auth/callback/{provider}',
		method: 'get',
		id: 'finishSignIn',
		what: 'Receive the authorization response of the STS. The response is always a redirect to a page.',
		access: 'open',
		parameters: { provider: SignInProvider },
		query: { code: text, state: text, iss: text, error: text, error_description: text },
		responses: { 303: { what: 'Redirect: signed in, or to the login page with the reason.', hasLocation: true } },
		problems: [...anywhere, 404]
	},
	{
		path: '/api/auth/signout',
		method: 'post',
		id: 'signOut',
		what: 'Sign out of the portal and the STS.',
		access: 'open',
		responses: {
			303: { what: 'Redirect to `/signed-out`, which leads to the end-session page of the STS.', hasLocation: true }
		},
		problems: [...anywhere, 401, 413]
	},
	{
		path: '/api/auth/backchannel-logout',
		method: 'post',
		id: 'endSessions',
		what: 'End sessions for the STS (OpenID Connect Back-Channel Logout 1.0).',
		access: 'open',
		form: () => v.object({ logout_token: v.pipe(text, v.nonEmpty()) }),
		responses: { 200: { what: 'The sessions are ended.', json: schemas.EmptyBody } },
		problems: [...anywhere, ...unreadable]
	}
];

/** The routes of the configured backends. They describe only the portal's part; the backends have their own descriptions. */
export function backendRoutes(backends: readonly Backend[]): ApiRoute[] {
	return backends.flatMap(({ name, methods, callerScope }) =>
		methods.map((method) => ({
			path: `/api/backends/${name}/{path}`,
			method: method.toLowerCase() as Method,
			id: `${method.toLowerCase()}-${name}`,
			what: `Proxy a request to the backend "${name}". The path may have several segments, which generated clients cannot express: use an HTTP client.`,
			access: 'session',
			...(callerScope !== undefined && { scope: callerScope }),
			parameters: { path: v.string() },
			responses: { default: { what: 'The response of the backend, of any media type.' } },
			problems: [401, 500, 502, 503, 504]
		}))
	);
}

const PROFILE_SCOPE = 'profile:read';

/** Routes for the caller's identity, for health, and for the description of the API. */
const otherRoutes: readonly ApiRoute[] = [
	{
		path: '/api/me',
		method: 'get',
		id: 'readMe',
		what: 'Read who is signed in, or which API client calls.',
		access: 'session',
		scope: PROFILE_SCOPE,
		responses: { 200: { what: 'A person or an API client.', json: v.union([schemas.Session, schemas.ApiClient]) } },
		problems: [...anywhere, 401]
	},
	{
		path: '/api/health',
		method: 'get',
		id: 'readHealth',
		what: 'Liveness: whether this instance responds. It calls no other service.',
		access: 'open',
		responses: {
			200: { what: 'The instance responds.', json: schemas.Health }
		},
		problems: always
	},
	{
		path: '/api/health/ready',
		method: 'get',
		id: 'readReadiness',
		what: 'Readiness: whether the STS, the Auth Bridge and the shared store can be reached. With `scope=instance`, only whether this instance accepts requests.',
		access: 'open',
		query: { scope: v.literal('instance') },
		responses: {
			200: { what: 'The instance is ready.', json: schemas.Ready },
			503: { what: 'The instance is not ready.', json: schemas.NotReady }
		},
		problems: always
	},
	{
		path: '/api/openapi.json',
		method: 'get',
		id: 'readDescription',
		what: 'Read this description.',
		access: 'open',
		responses: { 200: { what: 'The description in OpenAPI 3.1.', json: schemas.ApiDescription } },
		problems: anywhere
	}
];

/** What API clients of the operator call. */
const adminRoutes: readonly ApiRoute[] = [
	{
		path: '/api/admin/sessions/revoke',
		method: 'post',
		id: 'revokeSessions',
		what: 'End all current sessions of one person, or of all people. For clients in `ADMIN_CLIENT_IDS`, with a token of their own.',
		access: 'client',
		scope: 'sessions:revoke',
		json: () => schemas.Revocation,
		responses: { 200: { what: 'The sessions are ended.', json: schemas.RevocationResult } },
		problems: [...anywhere, ...unreadable, 401, 429]
	}
];

/** What others than people and API clients read. */
const wellKnownRoutes: readonly ApiRoute[] = [
	{
		path: '/.well-known/jwks.json',
		method: 'get',
		id: 'readClientKeys',
		what: 'Read the public keys with which the portal authenticates to the STS, as a JWK Set (RFC 7517). 404 if it has none.',
		access: 'open',
		responses: { 200: { what: 'The public keys.', json: schemas.KeySet } },
		problems: [...anywhere, 404]
	},
	{
		path: '/.well-known/security.txt',
		method: 'get',
		id: 'readSecurityContact',
		what: 'Read whom to tell about a vulnerability (RFC 9116). 404 if no contact is configured.',
		access: 'open',
		responses: { 200: { what: 'The file.', type: 'text/plain' } },
		problems: [...anywhere, 404]
	}
];

/** Every operation of the API, except those of the configured backends (`backendRoutes`). */
export const apiRoutes: readonly ApiRoute[] = [
	...walletRoutes,
	...authRoutes,
	...otherRoutes,
	...adminRoutes,
	...wellKnownRoutes
];
