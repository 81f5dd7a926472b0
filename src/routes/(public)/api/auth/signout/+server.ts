import { audit } from '$lib/server/audit';
import { keepDeparture } from '$lib/server/auth/departure';
import { denySession } from '$lib/server/auth/deny-list';
import { renewals } from '$lib/server/auth/renewal';
import { endSessionUrl, revokeTokens } from '$lib/server/auth/sign-out';
import { endpoint } from '$lib/server/http/endpoint';
import { seeOther } from '$lib/server/http/see-other';
import { useUpAll } from '$lib/server/wallet/used-sessions';
import type { RequestHandler } from './$types';

/** Signs out here at once, and at the STS as far as it can be reached. Without a session there is nothing to do. */
export const POST: RequestHandler = endpoint(async ({ locals, cookies }) => {
	const { session, requestId } = locals;
	locals.session = null;
	await useUpAll(cookies);
	if (session) {
		await denySession(session);
		const newest = await renewals().newest(session);
		const [url] = await Promise.all([endSessionUrl(newest, requestId), revokeTokens(newest, requestId)]);
		if (url) await keepDeparture(cookies, url);
		audit('signed out', session, locals);
	}
	return seeOther('/signed-out');
});
