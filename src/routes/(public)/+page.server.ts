import { SIGNED_OUT_STATE } from '$lib/server/auth/sign-out';
import { clearSignedOutMark } from '$lib/server/auth/login-cookies';
import type { PageServerLoad } from './$types';

/** The STS sends the browser here with the `state` of the sign-out once it has ended its own session. */
export const load: PageServerLoad = ({ cookies, locals, url }) => {
	const isBackFromSts = url.searchParams.get('state') === SIGNED_OUT_STATE;
	if (isBackFromSts) clearSignedOutMark(cookies);
	return { isSignedOut: isBackFromSts && locals.session === null };
};
