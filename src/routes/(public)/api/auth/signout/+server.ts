import { audit } from '$lib/server/audit';
import { keepDeparture } from '$lib/server/auth/departure';
import { denySession } from '$lib/server/auth/deny-list';
import { forgetAllFlows } from '$lib/server/auth/flow-cookies';
import { forgetInstitution } from '$lib/server/auth/last-institution';
import { renewals } from '$lib/server/auth/renewal';
import { endSessionUrl, revokeTokens } from '$lib/server/auth/sign-out';
import { markSignedOut } from '$lib/server/auth/signed-out-mark';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import { useUpAll } from '$lib/server/wallet/used-sessions';
import type { RequestHandler } from './$types';

/**
 * Signs out here at once, and at the STS as far as it can be reached. The next person at this browser finds nothing of this one:
 * no wallet session, no unfinished sign-in, no institution. Without a session only these go.
 */
export const POST: RequestHandler = endpoint(async ({ locals, cookies }) => {
	const { session, requestId } = locals;
	locals.session = null;
	await useUpAll(cookies);
	forgetAllFlows(cookies);
	forgetInstitution(cookies);
	markSignedOut(cookies);
	if (session) {
		await denySession(session);
		const newest = await renewals().newest(session);
		const [url] = await Promise.all([endSessionUrl(newest, requestId), revokeTokens(newest, requestId)]);
		if (url) await keepDeparture(cookies, url);
		audit('signed out', session, locals);
	}
	return seeOther('/signed-out');
});
