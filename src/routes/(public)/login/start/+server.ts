import { beginSignIn, refusalPage } from '$lib/server/auth/sign-in';
import { rememberInstitution } from '$lib/server/auth/login-page';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

/**
 * Redirects to the STS. Pages use a link, not a form: the policy `form-action 'self'` applies to the whole redirect chain
 * of a form. Link checkers, and browsers that come from another site, get the login page, so that no one is signed in
 * without their own action.
 */
export const GET: RequestHandler = endpoint(async (event) => {
	const { searchParams } = event.url;
	const returnTo = searchParams.get('returnTo');
	const institution = searchParams.get('institution');

	const wanted = {
		provider: searchParams.get('provider'),
		forceLogin: searchParams.get('prompt') === 'login',
		stepUp: searchParams.get('stepUp'),
		institution,
		returnTo
	};
	const start = await beginSignIn(event, wanted);
	if ('error' in start) return refusalPage(event, start, returnTo);
	rememberInstitution(event.cookies, institution);
	return seeOther(start.url);
});
