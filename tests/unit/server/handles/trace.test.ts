import { expect, test, vi } from 'vitest';
import { trace } from '$lib/server/handles/trace';
import { requestEvent } from '../../../harness/request-event';

vi.mock('$lib/server/config', () => import('../configured'));

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

async function traced(headers: Record<string, string>) {
	const event = requestEvent({ headers });
	await trace({ event, resolve: () => new Response('x') });
	return event.locals;
}

test('a request that comes within a trace goes on in it, as one step, however often it is asked for', async () => {
	const { traceparent } = await traced({ traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
	expect(traceparent()).toMatch(new RegExp(`^00-${TRACE_ID}-(?!b7ad6b7169203331)[\\da-f]{16}-01$`));
	expect(traceparent()).toBe(traceparent());
});

test('any other begins a trace of its own', async () => {
	const [one, another] = [await traced({}), await traced({})];
	expect(one.traceparent()).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
	expect(one.traceparent().slice(3, 35)).not.toBe(another.traceparent().slice(3, 35));
});
