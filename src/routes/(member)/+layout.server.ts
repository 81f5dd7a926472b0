import { publicSession } from '$lib/server/auth/account-sessions';
import { signInPath } from '$lib/server/auth/login-page';
import { type EndReason, sessionEnd } from '$lib/ui/session-end';
import { memberSession } from '$lib/server/handles/authorize';
import { pagePath } from '$lib/server/http/return-path';
import type { LayoutServerLoad } from './$types';

/** These pages hydrate to watch the session: they warn before it ends, and detect a sign-out in another tab. */
export const csr = true;

export const load: LayoutServerLoad = ({ locals, url }) => {
	const session = memberSession(locals);
	const { expiresInMs, idleExpiresInMs } = publicSession(session);
	// A notice reports an act that has just been completed, which is no longer so when the person returns.
	const returnTo = pagePath(url, (name) => name === 'notice');
	const endedUrl = (error: EndReason) => `/login?${new URLSearchParams({ error, returnTo })}`;
	return {
		sessionEnd: sessionEnd(expiresInMs, idleExpiresInMs),
		stayUrl: returnTo,
		signInUrl: signInPath(session.provider, returnTo),
		endedUrls: { session_expired: endedUrl('session_expired'), session_ended: endedUrl('session_ended') }
	};
};
