import { beginSignIn, refusalPage } from '$lib/server/auth/sign-in';
import { rememberInstitution } from '$lib/server/auth/login-cookies';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

/**
 * Leaves for the STS. A link and not a form: the policy `form-action 'self'` holds along a form's whole chain of
 * redirects. Link checkers, and who comes from another site, get the login page, so that nobody is signed in unasked.
 */
export const GET: RequestHandler = endpoint(async (event) => {
	const { searchParams } = event.url;
	const returnTo = searchParams.get('returnTo');
	const institution = searchParams.get('institution');

	const wanted = { provider: searchParams.get('provider'), afresh: searchParams.get('afresh'), institution, returnTo };
	const start = await beginSignIn(event, wanted);
	if ('error' in start) return refusalPage(event, start, returnTo);
	rememberInstitution(event.cookies, institution);
	return seeOther(start.url);
});
