import { isBackFromSts } from '$lib/server/auth/sign-out';
import type { PageServerLoad } from './$types';

/** After a sign-out at the STS, the STS redirects the browser here with the `state` of the sign-out. */
export const load: PageServerLoad = ({ cookies, locals, url }) => {
	const isBack = isBackFromSts(cookies, url.searchParams.get('state'));
	return { isSignedOut: isBack && locals.session === null };
};
