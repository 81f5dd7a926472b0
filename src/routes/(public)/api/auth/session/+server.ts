import { publicSession } from '$lib/server/auth/account-sessions';
import { endpoint, reply } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(({ locals }) =>
	reply(200, locals.session ? publicSession(locals.session) : null)
);
