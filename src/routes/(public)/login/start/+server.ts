import { beginSignIn } from '$lib/server/auth/begin';
import { endpoint } from '$lib/server/http/endpoint';
import { isForeignNavigation } from '$lib/server/http/caller';
import { seeOther } from '$lib/server/http/see-other';
import type { RequestHandler } from './$types';

/**
 * Leaves for the STS. A link and not a form: the policy `form-action 'self'` holds along a form's whole chain of
 * redirects. Who comes from another site gets the choice first, so that nobody is signed in unasked.
 */
export const GET: RequestHandler = endpoint(async (event) => {
	const { searchParams } = event.url;
	const returnTo = searchParams.get('returnTo');
	const loginPage = (error?: string) =>
		seeOther(`/login?${new URLSearchParams({ ...(error && { error }), ...(returnTo && { returnTo }) })}`);
	if (isForeignNavigation(event.request)) return loginPage();

	const start = await beginSignIn(event, {
		provider: searchParams.get('provider'),
		institution: searchParams.get('institution'),
		afresh: searchParams.get('afresh'),
		returnTo
	});
	return 'error' in start ? loginPage(start.error) : seeOther(start.url, start.setCookies);
});
