import { redirectByRefresh } from '$lib/server/http/request';
import { config } from '$lib/server/config';
import { CONTINUE_URL } from '$lib/server/wallet/sessions';
import type { PageServerLoad } from './$types';

/** Continues the sign-in from a page of the portal, so that the next request is a same-origin navigation. */
export const load: PageServerLoad = ({ setHeaders }) => {
	redirectByRefresh(setHeaders, config().origin + CONTINUE_URL);
	return { continueUrl: CONTINUE_URL };
};
