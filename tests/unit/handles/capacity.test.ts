import { beforeAll, expect, test, vi } from 'vitest';
import { capacity } from '../../../src/lib/server/handles/capacity';
import { requestEvent } from '../../harness/request-event';
import { configure } from '../configured';
import { startMetrics } from '../metrics-reader';

vi.mock('../../../src/lib/server/config', () => import('../configured'));

let read: ReturnType<typeof startMetrics>;
beforeAll(() => {
	configure({ REQUESTS_AT_ONCE: '1' });
	read = startMetrics();
});

const take = async (answer: () => Response | Promise<Response>) => capacity({ event: requestEvent(), resolve: answer });
const ok = () => new Response('ok');

test('a request beyond those that may be under way is refused, and counted', async () => {
	let finish: (answer: Response) => void = () => {};
	const first = take(() => new Promise((resolve) => (finish = resolve)));
	expect((await take(ok)).status).toBe(503);
	expect(await read.counted('portal.refused_requests')).toEqual([[{ reason: 'requests_process' }, 1]]);
	finish(ok());
	expect((await first).status).toBe(200);
	expect((await take(ok)).status).toBe(200);
});

test('one that fails is under way no longer', async () => {
	await expect(take(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
	expect((await take(ok)).status).toBe(200);
});
