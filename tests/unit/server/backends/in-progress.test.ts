import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { revokeSession, revokeUser } from '$lib/server/auth/revoked-sessions';
import {
	countedResponse,
	countedUpload,
	MAX_PAUSE_MS,
	MAX_RESPONSES_PER_CLIENT,
	MAX_RESPONSES_PER_PERSON,
	MAX_UPLOADS,
	MAX_UPLOADS_PER_CLIENT,
	MAX_UPLOADS_PER_PERSON
} from '$lib/server/backends/in-progress';
import type { Session } from '$lib/server/auth/session';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));

/** One person, whose `sub` depends on how they signed in. */
const person = (id: string) => ({ session: someSession({ id, sub: `sub of ${id}`, userId: 'one' }), requestId: 'r' });
const another = { session: someSession({ id: 'another', userId: 'another' }), requestId: 'r' };
const client = {
	session: null,
	requestId: 'r',
	apiClient: { clientId: 'app', scopes: [], tokenExpiresAt: 4_000_000_000, isService: true }
};

describe('uploads', () => {
	test.each([
		['a person, in all sessions together', MAX_UPLOADS_PER_PERSON, (n: number) => person(`id-${n}`)],
		['a third-party client', MAX_UPLOADS_PER_CLIENT, () => client]
	])('of %s are limited, and a finished one frees a place', async (_, max, owner) => {
		const finish: (() => void)[] = [];
		const waiting = Array.from({ length: max }, (__, n) =>
			countedUpload(owner(n), () => new Promise<void>((resolve) => finish.push(resolve)))
		);
		const oneMore = () => countedUpload(owner(max), () => Promise.resolve('done'));
		await expect(oneMore()).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
		expect(await countedUpload(another, () => Promise.resolve('done'))).toBe('done');
		finish.shift()?.();
		await waiting[0];
		expect(await oneMore()).toBe('done');
		for (const done of finish) done();
		await Promise.all(waiting);
	});

	test('that have failed no longer count as in progress', async () => {
		const fails = () => countedUpload(person('id'), () => Promise.reject(new Error('broken')));
		for (let n = 0; n <= MAX_UPLOADS_PER_PERSON; n++) await expect(fails()).rejects.toThrow('broken');
	});
});

describe('responses', () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => {
		vi.useRealTimers();
		configure();
	});

	/** The response of a backend that sends a chunk whenever it is asked, for ever. */
	function endless() {
		const cancel = vi.fn();
		const body = new ReadableStream<Uint8Array>(
			{ pull: (controller) => controller.enqueue(new Uint8Array(1)), cancel },
			{ highWaterMark: 0 }
		);
		return { cancel, work: () => Promise.resolve(new Response(body, { headers: { etag: '"1"' } })) };
	}
	const started = (sender: typeof another | typeof client, backend = endless()) =>
		countedResponse(sender, 'name', backend.work);
	const cancelAll = (all: readonly Response[]) => Promise.all(all.map(async ({ body }) => body?.cancel()));

	test.each([
		['a person, in all sessions together', MAX_RESPONSES_PER_PERSON, (n: number) => person(`id-${n}`)],
		['a third-party client', MAX_RESPONSES_PER_CLIENT, () => client]
	])('to %s are limited until they end', async (_, max, sender) => {
		const open = await Promise.all(Array.from({ length: max }, (__, n) => started(sender(n))));
		const work = vi.fn(endless().work);
		await expect(countedResponse(sender(max), 'name', work)).rejects.toMatchObject({ code: 'rate_limited' });
		expect(work).not.toHaveBeenCalled();
		open.push(await started(another));
		await open[0]?.body?.cancel();
		open[0] = await started(sender(max));
		await cancelAll(open);
	});

	test('of a process are limited until they end', async () => {
		configure({ REQUESTS_AT_ONCE: '2' });
		const open = await Promise.all(Array.from({ length: MAX_UPLOADS + 2 }, () => started(client)));
		await expect(started(another)).rejects.toMatchObject({ code: 'busy', facts: { reason: 'responses_process' } });
		await open.pop()?.body?.cancel();
		open.push(await started(another));
		await cancelAll(open);
	});

	test.each<[string, () => Promise<Response>]>([
		['have no body', () => Promise.resolve(new Response(null))],
		['failed', () => Promise.reject(new Error('broken'))],
		['were read to their end', () => Promise.resolve(new Response('body'))],
		[
			'broke off',
			() => Promise.resolve(new Response(new ReadableStream({ pull: (c) => c.error(new Error('broken')) })))
		]
	])('that %s no longer count as in progress', async (_, work) => {
		for (let n = 0; n <= MAX_RESPONSES_PER_PERSON; n++) {
			const reading = countedResponse(another, 'name', work).then((response) => response.text());
			await reading.catch((error: unknown) => expect(error).toMatchObject({ message: 'broken' }));
		}
		await cancelAll([await started(another)]);
	});

	test('break off when their reader pauses for too long, and are closed at the backend', async () => {
		const backend = endless();
		const response = await started(another, backend);
		const reader = (response.body as ReadableStream<Uint8Array>).getReader();
		for (let n = 0; n < 3; n++) {
			await vi.advanceTimersByTimeAsync(MAX_PAUSE_MS - 1);
			expect((await reader.read()).value).toHaveLength(1);
		}
		expect(response.headers.get('etag')).toBe('"1"');
		await vi.advanceTimersByTimeAsync(MAX_PAUSE_MS);
		expect(backend.cancel).toHaveBeenCalledOnce();
		await expect(reader.read()).rejects.toMatchObject({ code: 'request_timeout' });
	});

	test('may pause for as long as the backend does', async () => {
		const body = new ReadableStream<Uint8Array>({
			pull: async (controller) => {
				await new Promise((resolve) => setTimeout(resolve, 3 * MAX_PAUSE_MS));
				controller.enqueue(new Uint8Array(1));
				controller.close();
			}
		});
		const response = await countedResponse(another, 'name', () => Promise.resolve(new Response(body)));
		const read = response.bytes();
		await vi.advanceTimersByTimeAsync(3 * MAX_PAUSE_MS);
		expect(await read).toHaveLength(1);
	});

	test.each<[string, (response: Response) => Promise<unknown>, UnderlyingDefaultSource<Uint8Array>]>([
		['has been read', (response) => response.bytes(), { pull: (controller) => controller.close() }],
		['has been cancelled', async ({ body }) => body?.cancel(), {}],
		['has failed', (response) => response.bytes().catch(() => {}), { pull: () => Promise.reject(new Error('reset')) }]
	])('leave no timer and no watch of their session or token once one %s', async (_how, end, source) => {
		for (const sender of [another, client]) {
			const body = new ReadableStream(source, { highWaterMark: 0 });
			const response = await countedResponse(sender, 'name', () => Promise.resolve(new Response(body)));
			expect(vi.getTimerCount()).toBeGreaterThan(1);
			await end(response);
			expect(vi.getTimerCount()).toBe(0);
		}
	});

	test.each<[string, (session: Session) => Promise<void>, number]>([
		['immediately with a sign-out', (session) => revokeSession(session), 0],
		['within a minute when an operator ends their sessions', ({ userId }) => revokeUser(userId), 60_000]
	])('to a person break off %s', async (what, end, afterMs) => {
		vi.setSystemTime(SIGNED_IN_AT * 1000 + 1000);
		const [backend, other] = [endless(), endless()];
		const session = someSession({ id: what, userId: what });
		const response = await countedResponse({ session, requestId: 'r' }, 'name', backend.work);
		const others = await started(another, other);
		const reader = (response.body as ReadableStream<Uint8Array>).getReader();
		await reader.read();
		await vi.advanceTimersByTimeAsync(1);
		await end(session);
		expect(backend.cancel).toHaveBeenCalledTimes(afterMs === 0 ? 1 : 0);
		expect(other.cancel).not.toHaveBeenCalled();
		await cancelAll([others]);
		// A response that nobody reads would break off for another reason.
		await reader.read().catch(() => {});
		await vi.advanceTimersByTimeAsync(Math.max(0, afterMs - 1));
		expect(backend.cancel).toHaveBeenCalledOnce();
		await expect(reader.read()).rejects.toMatchObject({ code: 'unauthorized' });
	});

	test('to an API client break off when its access token is no longer accepted', async () => {
		vi.setSystemTime(SIGNED_IN_AT * 1000);
		const sender = { ...client, apiClient: { ...client.apiClient, tokenExpiresAt: SIGNED_IN_AT + 10 } };
		const [backend, other] = [endless(), endless()];
		const response = await started(sender, backend);
		const others = await started(client, other);
		const reader = (response.body as ReadableStream<Uint8Array>).getReader();
		await vi.advanceTimersByTimeAsync(39_999);
		await reader.read();
		await vi.advanceTimersByTimeAsync(1);
		expect(backend.cancel).toHaveBeenCalledOnce();
		await expect(reader.read()).rejects.toMatchObject({ code: 'unauthorized' });
		expect(other.cancel).not.toHaveBeenCalled();
		await cancelAll([others]);
	});
});
