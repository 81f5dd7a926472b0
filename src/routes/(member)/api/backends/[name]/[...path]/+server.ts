import { allowedMethods, backendNamed, forward } from '$lib/server/backends/proxy';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

/** `/a` and `/a/` may be different resources of a backend. */
export const trailingSlash = 'ignore';

/** Handles every method; the configuration says which ones a backend accepts. */
export const fallback: RequestHandler = endpoint((event) => {
	const backend = backendNamed(event.params.name);
	if (!backend) throw new Problem('not_found');
	const methods = allowedMethods(backend);
	const headers = { allow: methods.join(', ') };
	if (!methods.includes(event.request.method)) throw new Problem('method_not_allowed', { headers });
	return event.request.method === 'OPTIONS' ? new Response(null, { status: 204, headers }) : forward(event, backend);
});
