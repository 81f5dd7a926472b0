/** Schemas for requests and responses of all routes but those of wallet sessions. A title names a schema in the description. */
import * as v from 'valibot';
import { PublicCaller } from '../auth/bearer';
import * as readiness from '../readiness';
import { unixMs } from '../clock';
import { config } from '../config';
import { providers, type Session as SignInSession } from '../auth/session';

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How a person signed in, as the API names it. */
export const SignInProvider = v.pipe(v.picklist(providers), v.title('SignInProvider'));

/** What a browser may read of a session; never a token. `expires`: the absolute expiry of the session. */
export const PublicSession = v.strictObject({
	user: v.strictObject({
		id: v.string(),
		name: v.nullable(v.string()),
		email: v.nullable(v.string()),
		eduid: v.nullable(v.string()),
		institution: v.nullable(v.string())
	}),
	provider: SignInProvider,
	assurance: v.strictObject({ acr: v.nullable(v.string()), amr: v.array(v.string()) }),
	expires: v.pipe(v.string(), v.isoTimestamp()),
	/** Milliseconds until `expires`, by the portal's clock, because the browser's clock may be wrong. */
	expiresInMs: milliseconds,
	/** Milliseconds until the session ends if the person does nothing until then; null without an idle time-out. */
	idleExpiresInMs: v.nullable(milliseconds)
});
export type PublicSession = v.InferOutput<typeof PublicSession>;

export function publicSession(session: SignInSession, nowMs = unixMs()): PublicSession {
	const { sessionIdleSeconds: idle } = config();
	return {
		user: {
			id: session.userId,
			name: session.name ?? null,
			email: session.email ?? null,
			eduid: session.eduid ?? null,
			institution: session.institution ?? null
		},
		provider: session.provider,
		assurance: { acr: session.acr ?? null, amr: session.amr },
		expires: new Date(session.endsAt * 1000).toISOString(),
		expiresInMs: Math.max(0, session.endsAt * 1000 - nowMs),
		idleExpiresInMs: idle === 0 ? null : Math.max(0, ((session.activeAt ?? nowMs / 1000) + idle) * 1000 - nowMs)
	};
}

const text = v.string();

const Provider = v.pipe(
	v.strictObject({ id: SignInProvider, name: text, type: text, signinUrl: text, callbackUrl: text }),
	v.title('Provider')
);
export const Providers = v.pipe(
	v.strictObject({ sts: v.optional(Provider), 'sts-wallet': v.optional(Provider) }),
	v.title('Providers')
);
export const CsrfToken = v.pipe(v.strictObject({ csrfToken: text }), v.title('CsrfToken'));
export const SignInAddress = v.pipe(v.strictObject({ url: text }), v.title('SignInAddress'));

/** Who calls: a person, or a program with its own token. */
export const Session = v.pipe(PublicSession, v.title('Session'));
export const Caller = v.pipe(
	PublicCaller,
	v.title('Caller'),
	v.description('A program. `expires`: when its access token expires.')
);

export const Health = v.pipe(
	v.strictObject({ status: v.literal('ok'), version: text, runtime: text }),
	v.title('Health')
);
export const Ready = v.union([
	v.pipe(readiness.Ready, v.title('Ready')),
	v.pipe(readiness.InstanceReady, v.title('InstanceReady'))
]);
export const NotReady = v.union([
	v.pipe(readiness.NotReady, v.title('NotReady')),
	v.pipe(readiness.InstanceNotReady, v.title('InstanceNotReady'))
]);

/** What an operator revokes: the sessions of one person (`user.id` of `/api/auth/session`), or all sessions. */
export const Revocation = v.pipe(
	v.union([
		v.pipe(v.strictObject({ userId: v.pipe(text, v.minLength(1), v.maxLength(1024)) }), v.title('UserRevocation')),
		v.pipe(v.strictObject({ all: v.literal(true) }), v.title('FullRevocation'))
	]),
	v.title('Revocation')
);

/**
 * Which instances have got a revocation. `pending`: the shared store is down; this instance tells the others when it is
 * available again.
 */
export const Revoked = v.pipe(
	v.strictObject({
		revoked: v.picklist(['user', 'all']),
		reach: v.picklist(['all_instances', 'this_instance']),
		pending: v.boolean()
	}),
	v.title('Revoked')
);

const PublicKey = v.pipe(
	v.looseObject({ kty: text, kid: text, alg: text, use: v.literal('sig') }),
	v.title('PublicKey')
);
export const KeySet = v.pipe(v.strictObject({ keys: v.array(PublicKey) }), v.title('KeySet'));

export const ApiDescription = v.pipe(v.looseObject({ openapi: v.literal('3.1.1') }), v.title('ApiDescription'));
