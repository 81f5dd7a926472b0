import type { Handle, RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { hasAccessToken, isApi, routePath } from '../http/request';
import { checkOrigin } from '../http/origin-policy';
import { refusal } from '../http/endpoint';
import { withDefaultHeaders } from '../http/headers';
import { countRefusal } from '../metrics';

/** Refuses requests that another site's page makes in a browser's name, on every route and method, in dev too. */
export const originPolicy: Handle = ({ event, resolve }) => {
	const { origin, corsDevOrigins } = config();
	const { headers, method } = event.request;
	const facts = {
		method,
		route: routePath(event),
		isApi: isApi(event),
		origin: headers.get('origin'),
		fetchSite: headers.get('sec-fetch-site'),
		fetchMode: headers.get('sec-fetch-mode'),
		fetchDest: headers.get('sec-fetch-dest'),
		hasCookie: headers.has('cookie'),
		hasAccessToken: hasAccessToken(event)
	};
	const verdict = checkOrigin(facts, { own: origin, development: corsDevOrigins });
	if (verdict !== 'allowed') {
		countRefusal('origin');
		return refusal(event, verdict === 'unauthorized' ? 'unauthorized' : 'forbidden_origin');
	}
	const separate = corsDevOrigins.find((known) => known === facts.origin);
	if (!separate) return resolve(event);
	return forDevelopment(method === 'OPTIONS' ? new Response(null, { status: 204 }) : resolve(event), event, separate);
};

/** Adds CORS headers for a separate front-end server; the configuration refuses this under https. */
async function forDevelopment(
	response: Response | Promise<Response>,
	event: RequestEvent,
	origin: string
): Promise<Response> {
	return withDefaultHeaders(await response, {
		'access-control-allow-origin': origin,
		'access-control-allow-credentials': 'true',
		'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
		'access-control-allow-headers': event.request.headers.get('access-control-request-headers') ?? 'content-type',
		vary: 'origin'
	});
}
