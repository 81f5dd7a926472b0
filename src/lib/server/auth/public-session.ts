import * as v from 'valibot';
import { unixMs } from '../clock';
import { config } from '../config';
import { providers, type Session } from './session';

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

export function publicSession(session: Session, nowMs = unixMs()): PublicSession {
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
