import { ownSessions } from '$lib/server/auth/account-sessions';
import { memberSession } from '$lib/server/handles/authorize';
import type { PageServerLoad } from './$types';

const notices = ['one', 'others'] as const;

export const load: PageServerLoad = async (event) => {
	const { scope, sessions } = await ownSessions(memberSession(event.locals), event);
	const notice = notices.find((name) => name === event.url.searchParams.get('notice')) ?? null;
	return { scope, sessions, notice };
};
