import { endSignIn } from '$lib/server/auth/callback';
import { isProvider } from '$lib/server/auth/session';

import { endpoint, seeOther } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async (event) => {
	const { provider } = event.params;
	if (!isProvider(provider)) throw new Problem('not_found');
	return seeOther(await endSignIn(event, provider));
});
