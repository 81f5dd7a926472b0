import { endSignIn } from '$lib/server/auth/callback';
import { isProvider } from '$lib/server/auth/session';

import { endpoint } from '$lib/server/http/endpoint';
import { isLookAhead, lookAheadResponse } from '$lib/server/http/look-ahead';
import { Problem } from '$lib/server/http/problem';
import { seeOther } from '$lib/server/http/see-other';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async (event) => {
	const { provider } = event.params;
	if (!isProvider(provider)) throw new Problem('not_found');
	if (isLookAhead(event.request)) return lookAheadResponse(event.request);
	return seeOther(await endSignIn(event, provider));
});
