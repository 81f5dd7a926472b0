import { beforeAll, describe, expect, test, vi } from 'vitest';
import { MAX_UPLOADS } from '$lib/server/backends/in-progress';
import { loadShedding, MAX_LOGOUTS } from '$lib/server/handles/load-shedding';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { startMetrics } from '../metrics-reader';

vi.mock('$lib/server/config', () => import('../configured'));

let read: ReturnType<typeof startMetrics>;
beforeAll(() => {
	configure({ REQUESTS_AT_ONCE: '1' });
	read = startMetrics();
});

const take = async (response: () => Response | Promise<Response>, event = requestEvent()) =>
	loadShedding({ event, resolve: response });
const ok = () => new Response('ok');

test('a request above the limit of concurrent requests is refused and counted', async () => {
	let finish: (response: Response) => void = () => {};
	const first = take(() => new Promise((resolve) => (finish = resolve)));
	expect((await take(ok)).status).toBe(503);
	expect(await read.counted('portal.refused_requests')).toEqual([[{ reason: 'requests_process' }, 1]]);
	finish(ok());
	expect((await first).status).toBe(200);
	expect((await take(ok)).status).toBe(200);
});

test('a failed request no longer counts as in progress', async () => {
	await expect(take(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
	expect((await take(ok)).status).toBe(200);
});

function upload(announced?: number) {
	const event = requestEvent({ routeId: '/(member)/api/backends/[name]/[...path]', method: 'POST' });
	const headers = announced === undefined ? undefined : { 'content-length': String(announced) };
	const request = { body: new ReadableStream(), headers: new Headers(headers) } as Request;
	return Object.assign(event, { request });
}
const logout = () => requestEvent({ routeId: '/(public)/api/auth/backchannel-logout', method: 'POST' });

describe.each([
	['chunked uploads to backends', () => upload(), MAX_UPLOADS, 'uploads_process'],
	['large uploads to backends', () => upload(65_537), MAX_UPLOADS, 'uploads_process'],
	['back-channel logouts', logout, MAX_LOGOUTS, 'logouts_process']
])('%s', (_, event, max, reason) => {
	test('do not count towards the limit of other requests, and have a separate limit', async () => {
		const finish: (() => void)[] = [];
		const waiting = Array.from({ length: max }, () =>
			take(() => new Promise((resolve) => finish.push(() => resolve(ok()))), event())
		);
		expect((await take(ok)).status).toBe(200);
		expect((await take(ok, event())).status).toBe(503);
		expect(await read.counted('portal.refused_requests')).toContainEqual([{ reason }, expect.any(Number)]);
		for (const done of finish) done();
		expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
		expect((await take(ok, event())).status).toBe(200);
	});
});

test('a small upload to a backend counts like any other request', async () => {
	let finish: (response: Response) => void = () => {};
	const first = take(() => new Promise((resolve) => (finish = resolve)), upload(65_536));
	expect((await take(ok)).status).toBe(503);
	finish(ok());
	await first;
});
