/** What a `fetch` with these options gives, or throws. */
export type ForeignResponse = (init: RequestInit) => Response;

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };
const page = '<!doctype html><h1>A page of somebody else</h1>';
const problem = '{"error":"not_found","message":"There is nothing here.","requestId":"abc"}';

const statuses = [400, 401, 403, 404, 405, 408, 409, 410, 413, 418, 421, 429, 451, 500, 502, 503, 504] as const;

/** What comes in place of the portal's response: from ingresses, filters, captive portals, login proxies and broken connections. */
export const foreignResponses: readonly (readonly [string, ForeignResponse])[] = [
	...statuses.map(
		(status) => [`HTML with status ${status}`, () => new Response(page, { status, headers: html })] as const
	),
	['a captive portal’s page', () => new Response(page, { headers: html })],
	['a redirect to a login page', redirectTo],
	['an empty 200', () => new Response('', { headers: json })],
	['an empty 202', () => new Response(null, { status: 202 })],
	['204', () => new Response(null, { status: 204 })],
	['an empty 404 without a type', () => new Response(null, { status: 404 })],
	['truncated JSON', () => new Response('{"sessionId":"0123","status":"EXP', { headers: json })],
	['a problem that is cut off', () => new Response(problem.slice(0, 40), { status: 404, headers: json })],
	['a problem as text', () => new Response(problem, { status: 404, headers: { 'content-type': 'text/plain' } })],
	['a gateway’s own 404 in JSON', () => Response.json({ message: 'no Route matched' }, { status: 404 })],
	['a filter’s own 403 in JSON', () => Response.json({ error: 'blocked', message: 'x' }, { status: 403 })],
	[
		'a framework’s error in JSON',
		() => Response.json({ error: 'Not Found', message: 'x', requestId: 'a-1', status: 404 }, { status: 404 })
	],
	[
		'no network',
		() => {
			throw new TypeError('Failed to fetch');
		}
	]
];

/** As browsers do: with `redirect: 'error'` nothing is followed, otherwise what is at the end counts, whatever it looks like. */
function redirectTo({ redirect }: RequestInit): Response {
	if (redirect === 'error') throw new TypeError('Failed to fetch');
	return Response.json({ sessionId: '0123', status: 'FAILED', continueUrl: '/elsewhere', goTo: '/elsewhere' });
}
