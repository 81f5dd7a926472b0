import { beginSignIn } from '$lib/server/auth/begin';
import { rememberInstitution } from '$lib/server/auth/last-institution';
import { loginPath } from '$lib/server/auth/login-path';
import { endpoint } from '$lib/server/http/endpoint';
import { isForeignNavigation } from '$lib/server/http/caller';
import { isLookAhead, lookAheadResponse } from '$lib/server/http/look-ahead';
import { seeOther } from '$lib/server/http/see-other';
import { log } from '$lib/server/log';
import type { RequestHandler } from './$types';

/**
 * Leaves for the STS. A link and not a form: the policy `form-action 'self'` holds along a form's whole chain of
 * redirects. Who comes from another site gets the choice first, so that nobody is signed in unasked.
 */
export const GET: RequestHandler = endpoint(async (event) => {
	const { searchParams } = event.url;
	const returnTo = searchParams.get('returnTo');
	if (isLookAhead(event.request)) return lookAheadResponse(event.request);
	if (isForeignNavigation(event.request)) return seeOther(loginPath(returnTo));

	const start = await beginSignIn(event, {
		provider: searchParams.get('provider'),
		institution: searchParams.get('institution'),
		afresh: searchParams.get('afresh'),
		returnTo
	});
	if (!('error' in start)) {
		rememberInstitution(event.cookies, searchParams.get('institution'));
		return seeOther(start.url);
	}
	const { requestId } = event.locals;
	log.info('a sign-in was not started', { requestId, code: start.error });
	const error = start.error === 'not_found' ? 'sign_in_failed' : start.error;
	return seeOther(loginPath(returnTo, { error, requestId }));
});
