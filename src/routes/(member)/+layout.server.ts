import { publicSession } from '$lib/server/auth/session';
import { memberSession } from '$lib/server/http/error-page';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => {
	const session = memberSession(locals);
	const returnTo = url.pathname;
	const again = session.provider === 'sts' ? { provider: 'sts', returnTo } : { returnTo };
	return {
		expiresInMs: publicSession(session).expiresInMs,
		signInUrl: `${session.provider === 'sts' ? '/login/start' : '/login/wallet'}?${new URLSearchParams(again)}`,
		endedUrl: `/login?${new URLSearchParams({ error: 'session_expired', returnTo })}`
	};
};
