import { publicSession } from '$lib/server/auth/session';
import { signInPath } from '$lib/server/auth/login-path';
import { memberSession } from '$lib/server/handles/authorize';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => {
	const session = memberSession(locals);
	const returnTo = url.pathname;
	return {
		expiresInMs: publicSession(session).expiresInMs,
		signInUrl: signInPath(session.provider, returnTo),
		endedUrl: `/login?${new URLSearchParams({ error: 'session_expired', returnTo })}`
	};
};
