import { publicSession } from '$lib/server/auth/session';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(({ locals }) => {
	if (!locals.session) throw new Problem('unauthorized');
	return publicSession(locals.session);
});
