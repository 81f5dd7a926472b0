import { revokeByLogoutToken } from '$lib/server/auth/backchannel-logout';
import { endpoint, reply } from '$lib/server/http/endpoint';
import { invalidField } from '$lib/server/http/problem';
import { formText, readForm } from '$lib/server/http/body';
import type { RequestHandler } from './$types';

/** The STS reports that it has ended a session (OpenID Connect Back-Channel Logout 1.0, 2.5 and 2.8). */
export const POST: RequestHandler = endpoint(async ({ request, locals }) => {
	const token = formText(await readForm(request), 'logout_token');
	if (token === null) throw invalidField('logout_token');
	await revokeByLogoutToken(token, locals.requestId);
	return reply(200, {});
});
