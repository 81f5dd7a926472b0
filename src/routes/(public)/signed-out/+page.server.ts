import { takeLogoutRedirect } from '$lib/server/auth/sign-out';
import { redirectByRefresh } from '$lib/server/http/request';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ cookies, setHeaders }) => {
	const url = takeLogoutRedirect(cookies);
	if (url) redirectByRefresh(setHeaders, url);
	return { continueUrl: url };
};
