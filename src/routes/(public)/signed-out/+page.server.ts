import { takeLogoutRedirect } from '$lib/server/auth/sign-out';
import { redirectByRefresh } from '$lib/server/http/request';
import { AFTER_SIGN_IN } from '$lib/server/http/return-path';
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ cookies, locals, setHeaders }) => {
	const url = takeLogoutRedirect(cookies);
	if (url) redirectByRefresh(setHeaders, url);
	// The person has signed in again, for example in another tab.
	else if (locals.session) redirect(303, AFTER_SIGN_IN);
	return { continueUrl: url };
};
