import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Problem } from '$lib/server/http/problem';
import { proxyRequest, type ProxiedRequest } from '$lib/server/upstream/proxy';
// Else loaded by the first call, which the clock of these tests does not wait for.
import '$lib/server/upstream/connections';
vi.mock('$lib/server/config', () => import('../configured'));
import { neverResponds, startStub, type Stub } from '../http/stub-server';

const LIMIT_MS = 1000;
const ALMOST_MS = LIMIT_MS - 1;

let broken: Problem[];
let writing: ServerResponse;
let stub: Stub;

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	broken = [];
	stub = await startStub((_request, response) => {
		writing = response.writeHead(200, { 'content-type': 'text/plain' });
		writing.write('begun');
	});
});
afterEach(() => void vi.useRealTimers());

const proxied = (more: Partial<ProxiedRequest> = {}) =>
	proxyRequest({
		method: 'GET',
		url: new URL(stub.url),
		headers: new Headers(),
		body: null,
		timeoutMs: LIMIT_MS,
		maxRequestBytes: 100,
		maxResponseBytes: 100,
		signal: new AbortController().signal,
		onBreak: (problem) => broken.push(problem),
		...more
	});
const readerOf = (response: Response) => (response.body as ReadableStream<Uint8Array>).getReader();
const text = ({ value }: { value?: Uint8Array | undefined }) => new TextDecoder().decode(value);

describe('the time limit of a service', () => {
	test('applies to silence, not to the length of a response', async () => {
		const reader = readerOf(await proxied());
		expect(text(await reader.read())).toBe('begun');
		for (const piece of ['one', 'two', 'three']) {
			const read = reader.read();
			vi.advanceTimersByTime(ALMOST_MS);
			writing.write(piece);
			expect(text(await read)).toBe(piece);
		}
		expect(broken).toEqual([]);
	});

	test('ends a response that stalls', async () => {
		const reader = readerOf(await proxied());
		await reader.read();
		const breaking = expect(reader.read()).rejects.toThrow();
		await vi.advanceTimersByTimeAsync(LIMIT_MS);
		await breaking;
		expect(broken).toMatchObject([{ code: 'upstream_timeout' }]);
	});

	test('does not apply while the reader pauses', async () => {
		const reader = readerOf(await proxied());
		await reader.read();
		vi.advanceTimersByTime(10 * LIMIT_MS);
		writing.end('last');
		expect([text(await reader.read()), (await reader.read()).done]).toEqual(['last', true]);
	});

	test('does not apply while the caller is still sending', async () => {
		let send = (_piece: string) => {};
		const chunks = new ReadableStream<Uint8Array>({
			start: (controller) => {
				send = (piece) => (piece === '' ? controller.close() : controller.enqueue(new TextEncoder().encode(piece)));
			}
		});
		const response = proxied({ method: 'POST', body: chunks });
		for (const piece of ['one', 'two', '']) {
			await new Promise((resolve) => setImmediate(resolve));
			vi.advanceTimersByTime(ALMOST_MS);
			send(piece);
		}
		await readerOf(await response).read();
		expect(stub.received).toMatchObject([{ body: 'onetwo' }]);
	});
});

describe('a response', () => {
	test('that exceeds the size limit without announcing it is cut off there', async () => {
		const reader = readerOf(await proxied({ maxResponseBytes: 7 }));
		writing.write('more');
		const read = async () => {
			for (;;) await reader.read();
		};
		await expect(read()).rejects.toThrow();
		expect(broken).toMatchObject([{ code: 'upstream_invalid', facts: { fault: 'too_large' } }]);
	});

	test('that its reader cancels is closed at the service immediately, and is not a fault', async () => {
		const reader = readerOf(await proxied());
		await reader.read();
		const pending = reader.read();
		const closed = once(writing, 'close');
		await reader.cancel();
		await closed;
		expect([(await pending).done, broken]).toEqual([true, []]);
	});

	test('is not awaited if the caller has already disconnected', async () => {
		const gone = new AbortController();
		gone.abort();
		await expect(proxied({ signal: gone.signal })).rejects.toMatchObject({ code: 'cancelled' });
	});

	test('is no longer awaited after the caller disconnects', async () => {
		const caller = new AbortController();
		const silent = await startStub((request, response) => {
			caller.abort();
			neverResponds(request, response);
		});
		const response = proxied({ url: new URL(silent.url), signal: caller.signal });
		await expect(response).rejects.toMatchObject({ code: 'cancelled' });
	});
});
