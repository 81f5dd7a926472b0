import { handOver } from '$lib/server/http/request';
import { config } from '$lib/server/config';
import { CONTINUE_URL } from '$lib/server/wallet/sessions';
import { completedSession } from '$lib/server/auth/owned-sessions';
import type { PageServerLoad } from './$types';

/** Begins the sign-in anew from a page of ours, which makes it a same-origin navigation. */
export const load: PageServerLoad = async ({ cookies, setHeaders }) => {
	handOver(setHeaders, config().origin + CONTINUE_URL);
	const completed = await completedSession(cookies);
	return { continueUrl: CONTINUE_URL, isLinked: completed !== undefined && completed.idv !== 'none' };
};
