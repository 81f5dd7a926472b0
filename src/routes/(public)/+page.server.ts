import { SIGNED_OUT_STATE, clearSignedOutMark } from '$lib/server/auth/sign-out';
import type { PageServerLoad } from './$types';

/** After a sign-out at the STS, the STS redirects the browser here with the `state` of the sign-out. */
export const load: PageServerLoad = ({ cookies, locals, url }) => {
	const isBackFromSts = url.searchParams.get('state') === SIGNED_OUT_STATE;
	if (isBackFromSts) clearSignedOutMark(cookies);
	return { isSignedOut: isBackFromSts && locals.session === null };
};
