import { expect, test, vi } from 'vitest';
import { trace } from '$lib/server/handles/trace';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { startMetrics } from '../metrics-reader';

vi.mock('$lib/server/config', () => import('../configured'));

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

const read = startMetrics();

async function traced(headers: Record<string, string>) {
	const event = requestEvent({ headers });
	await trace({ event, resolve: () => new Response('x') });
	return event.locals;
}

test('a request with a traceparent continues that trace with one span id, however often it is read', async () => {
	const { traceparent } = await traced({ traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
	expect(traceparent()).toMatch(new RegExp(`^00-${TRACE_ID}-(?!b7ad6b7169203331)[\\da-f]{16}-01$`));
	expect(traceparent()).toBe(traceparent());
});

test('a request without a traceparent starts a new trace', async () => {
	const [one, another] = [await traced({}), await traced({})];
	expect(one.traceparent()).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
	expect(one.traceparent().slice(3, 35)).not.toBe(another.traceparent().slice(3, 35));
});

test('with METRICS_PORT, requests are timed by route, without the path; internal subrequests are not timed', async () => {
	const event = (method: string, routeId: string | null, isSubRequest = false) =>
		Object.assign(requestEvent({ method, routeId, path: '/secret' }), { isSubRequest });
	const respond = (status: number) => () => new Response(null, { status });
	configure({});
	await trace({ event: event('GET', '/login'), resolve: respond(200) });
	configure({ METRICS_PORT: '9464' });
	await trace({ event: event('GET', '/login'), resolve: respond(200) });
	await trace({ event: event('GET', '/login', true), resolve: respond(200) });
	await trace({ event: event('GET', null), resolve: respond(404) });
	await trace({ event: event('PUT', '/login'), resolve: respond(405) });
	const failing = trace({ event: event('POST', '/login'), resolve: () => Promise.reject(new Error('broken')) });
	await expect(failing).rejects.toThrow('broken');
	const timed = await read.timed('http.server.request.duration');
	expect(timed.map(([attributes, times]) => [...Object.values(attributes), times])).toEqual([
		['GET', 200, '/login', 1],
		['GET', 404, 1],
		['PUT', 405, 1],
		['POST', 500, '/login', 1]
	]);
});

test('a request that the client aborts is not counted as an error of the portal', async () => {
	configure({ METRICS_PORT: '9464' });
	const gone = AbortSignal.abort();
	const event = requestEvent({ routeId: '/gone' });
	const leaving = Object.assign(event, { request: new Request(event.url, { signal: gone }) });
	await trace({ event: leaving, resolve: () => new Response(null, { status: 503 }) });
	const statuses = (await read.timed('http.server.request.duration')).map(([attributes]) => Object.values(attributes));
	expect(statuses).toContainEqual(['GET', 499, '/gone']);
});
