import { beginSignIn } from '$lib/server/auth/begin';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import { formText, readForm } from '$lib/server/http/request-body';
import { seeOther } from '$lib/server/http/see-other';
import type { RequestHandler } from './$types';

/** Auth.js's own address for starting a sign-in, for same-origin callers; `X-Auth-Return-Redirect` asks for `{url}`. */
export const POST: RequestHandler = endpoint(async (event) => {
	const form = await readForm(event.request);
	const start = await beginSignIn(event, { provider: event.params.provider, returnTo: formText(form, 'callbackUrl') });
	if ('error' in start) {
		throw new Problem(start.error === 'sts_unavailable' ? 'upstream_unavailable' : 'not_found');
	}
	return event.request.headers.has('x-auth-return-redirect') ? Response.json({ url: start.url }) : seeOther(start.url);
});
