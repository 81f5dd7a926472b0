import * as v from 'valibot';
import { providers, PublicSession } from '../auth/session';
import { type ApiRoute, anywhere, unreadable } from './route';

const text = v.string();
const provider = v.picklist(providers);

const Provider = v.strictObject({ id: provider, name: text, type: text, signinUrl: text, callbackUrl: text });

/** Signing in and out: the routes of Auth.js, and the STS's own call. */
export const authRoutes: readonly ApiRoute[] = [
	{
		path: '/api/auth/session',
		method: 'get',
		id: 'readSession',
		what: 'Read the session of this browser, as Auth.js returns it; null when nobody is signed in.',
		access: 'open',
		answers: { 200: { what: 'The public part of the session.', json: v.nullable(PublicSession) } },
		problems: anywhere
	},
	{
		path: '/api/auth/providers',
		method: 'get',
		id: 'listProviders',
		what: 'List the ways to sign in, in the format of Auth.js.',
		access: 'open',
		answers: {
			200: {
				what: 'The providers by id.',
				json: v.strictObject({ sts: v.optional(Provider), 'sts-wallet': v.optional(Provider) })
			}
		},
		problems: anywhere
	},
	{
		path: '/api/auth/csrf',
		method: 'get',
		id: 'readCsrfToken',
		what: 'Get a CSRF token. Clients of Auth.js require one; the portal does not check it, because it checks the origin of each request.',
		access: 'open',
		answers: { 200: { what: 'A token.', json: v.strictObject({ csrfToken: text }) } },
		problems: anywhere
	},
	{
		path: '/api/auth/signin',
		method: 'get',
		id: 'showLogin',
		what: 'Redirect to the login page.',
		access: 'open',
		query: { callbackUrl: text },
		answers: { 303: { what: 'Redirect to the login page.', leadsOn: true } },
		problems: anywhere
	},
	{
		path: '/api/auth/signin/{provider}',
		method: 'post',
		id: 'signIn',
		what: 'Start a sign-in at the STS, from a browser that has loaded the login page or is signed in. `sts-wallet` needs a completed wallet session of this browser.',
		access: 'open',
		parameters: { provider },
		headers: { 'X-Auth-Return-Redirect': text },
		form: () => v.object({ callbackUrl: v.optional(text) }),
		answers: {
			200: {
				what: 'The address of the STS, when the header `X-Auth-Return-Redirect` was sent.',
				json: v.strictObject({ url: text })
			},
			303: { what: 'Redirect to the STS.', leadsOn: true }
		},
		problems: [...anywhere, ...unreadable, 401, 404, 429, 502]
	},
	{
		path: '/api/auth/callback/{provider}',
		method: 'get',
		id: 'finishSignIn',
		what: 'Receive the authorization response of the STS. The response is always a redirect to a page.',
		access: 'open',
		parameters: { provider },
		query: { code: text, state: text, iss: text, error: text, error_description: text },
		answers: { 303: { what: 'Redirect: signed in, or to the login page with the reason.', leadsOn: true } },
		problems: [...anywhere, 404]
	},
	{
		path: '/api/auth/signout',
		method: 'post',
		id: 'signOut',
		what: 'Sign out of the portal and the STS.',
		access: 'open',
		answers: { 303: { what: 'Redirect to the end-session page of the STS.', leadsOn: true } },
		problems: [...anywhere, 401]
	},
	{
		path: '/api/auth/backchannel-logout',
		method: 'post',
		id: 'endSessions',
		what: 'End sessions for the STS (OpenID Connect Back-Channel Logout 1.0).',
		access: 'open',
		form: () => v.object({ logout_token: v.pipe(text, v.nonEmpty()) }),
		answers: { 200: { what: 'The sessions are ended.', json: v.strictObject({}) } },
		problems: [...unreadable, 500, 503]
	}
];
