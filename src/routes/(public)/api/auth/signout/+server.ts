import { audit } from '$lib/server/audit';
import {
	forgetInstitution,
	forgetLinkedWallet,
	keepLogoutRedirect,
	markSignedOut
} from '$lib/server/auth/login-cookies';
import { revokeSession } from '$lib/server/auth/revoked-sessions';
import { forgetAllFlows } from '$lib/server/auth/sign-in-flow';
import { tokenRefresher } from '$lib/server/auth/refresh';
import { endSessionUrl, revokeTokens } from '$lib/server/auth/sign-out';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import { markAllUsed } from '$lib/server/auth/owned-sessions';
import type { RequestHandler } from './$types';

/**
 * Signs out of the portal at once, and of the STS if it can be reached. The next person at this browser finds no data of
 * this one: no wallet session, no unfinished sign-in, no institution. These are deleted even without a session.
 */
export const POST: RequestHandler = endpoint(async ({ locals, cookies }) => {
	const { session, requestId } = locals;
	locals.session = null;
	await markAllUsed(cookies);
	forgetAllFlows(cookies);
	forgetInstitution(cookies);
	forgetLinkedWallet(cookies);
	markSignedOut(cookies);
	if (session) {
		await revokeSession(session);
		const newest = await tokenRefresher().newest(session);
		const [url] = await Promise.all([endSessionUrl(newest, requestId), revokeTokens(newest, requestId)]);
		if (url) await keepLogoutRedirect(cookies, url);
		audit('signed out', session, locals);
	}
	return seeOther('/signed-out');
});
