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
		what: 'Who is signed in; null for nobody.',
		access: 'open',
		answers: { 200: { what: 'What a browser may know of its session.', json: v.nullable(PublicSession) } },
		problems: anywhere
	},
	{
		path: '/api/auth/providers',
		method: 'get',
		id: 'listProviders',
		what: 'The ways to sign in, as clients of Auth.js read them.',
		access: 'open',
		answers: {
			200: { what: 'By id.', json: v.strictObject({ sts: v.optional(Provider), 'sts-wallet': v.optional(Provider) }) }
		},
		problems: anywhere
	},
	{
		path: '/api/auth/csrf',
		method: 'get',
		id: 'readCsrfToken',
		what: 'A token for clients of Auth.js, which ask for one; the origin policy does its work.',
		access: 'open',
		answers: { 200: { what: 'Any value will do.', json: v.strictObject({ csrfToken: text }) } },
		problems: anywhere
	},
	{
		path: '/api/auth/signin',
		method: 'get',
		id: 'showLogin',
		what: 'Goes to the login page.',
		access: 'open',
		query: { callbackUrl: text },
		answers: { 303: { what: 'The login page.', leadsOn: true } },
		problems: anywhere
	},
	{
		path: '/api/auth/signin/{provider}',
		method: 'post',
		id: 'signIn',
		what: 'Starts a sign-in at the STS, in a browser that has loaded the login page or is signed in. `sts-wallet` needs a completed wallet session of this browser.',
		access: 'open',
		parameters: { provider },
		headers: { 'X-Auth-Return-Redirect': text },
		form: () => v.object({ callbackUrl: v.optional(text) }),
		answers: {
			200: { what: 'Where to go, for who asks by header.', json: v.strictObject({ url: text }) },
			303: { what: 'Goes to the STS.', leadsOn: true }
		},
		problems: [...anywhere, ...unreadable, 401, 404, 429, 502]
	},
	{
		path: '/api/auth/callback/{provider}',
		method: 'get',
		id: 'finishSignIn',
		what: 'The STS sends a browser here; whatever it says, the browser is led to a page.',
		access: 'open',
		parameters: { provider },
		query: { code: text, state: text, iss: text, error: text, error_description: text },
		answers: { 303: { what: 'Signed in, or to the login page with a reason.', leadsOn: true } },
		problems: [...anywhere, 404]
	},
	{
		path: '/api/auth/signout',
		method: 'post',
		id: 'signOut',
		what: 'Signs out here, and at the STS.',
		access: 'open',
		answers: { 303: { what: 'Goes on by way of the STS.', leadsOn: true } },
		problems: [...anywhere, 401]
	},
	{
		path: '/api/auth/backchannel-logout',
		method: 'post',
		id: 'endSessions',
		what: 'The STS has ended sessions (OpenID Connect Back-Channel Logout 1.0).',
		access: 'open',
		form: () => v.object({ logout_token: v.pipe(text, v.nonEmpty()) }),
		answers: { 200: { what: 'They are ended.', json: v.strictObject({}) } },
		problems: [...unreadable, 500, 503]
	}
];
