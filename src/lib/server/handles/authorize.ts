import type { Handle } from '@sveltejs/kit';
import { isApi } from '../http/caller';
import { problemResponse } from '../http/problem';

/** The folder is the policy: what does not lie in `(public)` needs a session. */
export const authorize: Handle = ({ event, resolve }) => {
	const { route, locals, url } = event;
	const open = route.id === null || route.id.startsWith('/(public)');
	if (open || locals.session) return resolve(event);
	if (isApi(url.pathname)) return problemResponse('unauthorized', locals.requestId);
	const why = locals.hasEnded ? { error: 'session_expired' } : {};
	const location = `/login?${new URLSearchParams({ ...why, returnTo: url.pathname + url.search })}`;
	return new Response(null, { status: 303, headers: { location } });
};
