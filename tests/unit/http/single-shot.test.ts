import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fetchOnce } from '../../../src/lib/server/http/single-shot';
import { isNeverSent } from '../../../src/lib/server/sts/network-fault';
import { cutsBeforeAnswering, cutsMidBody, downUrl, json, neverAnswers, startStub } from './stub-server';

/** A server that writes these bytes to whoever connects. */
async function startRaw(bytes: string): Promise<string> {
	const server = createServer((socket) => {
		socket.on('error', () => {});
		socket.once('data', () => socket.end(bytes));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void server.close());
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a request that is sent once', () => {
	test('carries its method, headers and form, and brings the answer', async () => {
		const stub = await startStub(json(201, { good: true }));
		const answer = await fetchOnce(`${stub.url}/a?b=c`, {
			method: 'POST',
			headers: { 'x-own': 'e' },
			body: new URLSearchParams({ name: 'ë' })
		});
		expect([answer.status, await answer.json()]).toEqual([201, { good: true }]);
		expect(stub.received).toMatchObject([{ method: 'POST', target: '/a?b=c', body: 'name=%C3%AB' }]);
		expect(stub.received[0]?.headers).toMatchObject({
			'x-own': 'e',
			'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
			'content-length': '11',
			'accept-encoding': 'identity',
			connection: 'close'
		});
	});

	test('without a body says so', async () => {
		const stub = await startStub(json(200, {}));
		await fetchOnce(stub.url, { method: 'POST' });
		expect(stub.received[0]?.headers['content-length']).toBe('0');
	});

	test('keeps the type of a text', async () => {
		const stub = await startStub(json(200, {}));
		await fetchOnce(stub.url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
		expect(stub.received).toMatchObject([{ body: '{}', headers: { 'content-type': 'application/json' } }]);
	});

	test('follows no redirect', async () => {
		const stub = await startStub((_request, response) => response.writeHead(303, { location: '/elsewhere' }).end());
		const answer = await fetchOnce(stub.url, { method: 'POST' });
		expect([answer.status, answer.headers.get('location'), stub.received.length]).toEqual([303, '/elsewhere', 1]);
	});

	test('keeps headers apart that come several times', async () => {
		const stub = await startStub((_request, response) =>
			response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end()
		);
		expect((await fetchOnce(stub.url)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
	});

	test.each([204, 304])('brings an answer of status %i, which has no body', async (status) => {
		const stub = await startStub((_request, response) => response.writeHead(status).end());
		const answer = await fetchOnce(stub.url, { method: 'POST' });
		expect([answer.status, answer.body]).toEqual([status, null]);
	});

	test('is not sent again when the connection closes without an answer', async () => {
		const stub = await startStub(cutsBeforeAnswering);
		const error: unknown = await fetchOnce(stub.url, { method: 'POST' }).catch((fault: unknown) => fault);
		expect(error).toBeInstanceOf(Error);
		expect([isNeverSent(error), stub.received.length]).toEqual([false, 1]);
	});

	test('tells when it was never sent', async () => {
		const error: unknown = await fetchOnce(await downUrl(), { method: 'POST' }).catch((fault: unknown) => fault);
		expect(isNeverSent(error)).toBe(true);
	});

	test('ends with its time limit, before the answer', async () => {
		const stub = await startStub(neverAnswers);
		const sent = fetchOnce(stub.url, { method: 'POST', signal: AbortSignal.timeout(50) });
		await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
		expect(stub.received).toHaveLength(1);
	});

	test('fails amid the body, where that breaks off', async () => {
		const stub = await startStub(cutsMidBody);
		const answer = await fetchOnce(stub.url);
		await expect(answer.text()).rejects.toThrow();
	});

	test('can be left unread', async () => {
		const stub = await startStub(json(200, { long: 'x'.repeat(100_000) }));
		const answer = await fetchOnce(stub.url);
		await expect(answer.body?.cancel()).resolves.toBeUndefined();
	});

	test('that nobody reads and that breaks off disturbs nothing', async () => {
		const unhandled = vi.fn();
		process.on('unhandledRejection', unhandled).on('uncaughtException', unhandled);
		onTestFinished(() => void process.off('unhandledRejection', unhandled).off('uncaughtException', unhandled));
		const stub = await startStub(cutsMidBody);
		await fetchOnce(stub.url);
		await stub.stop();
		await new Promise((resolve) => setImmediate(resolve));
		expect(unhandled).not.toHaveBeenCalled();
	});

	test.each([
		['a status that none may have', 'HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n'],
		['no HTTP', 'good day\r\n\r\n']
	])('fails at an answer with %s', async (_, bytes) => {
		await expect(fetchOnce(await startRaw(bytes), { method: 'POST' })).rejects.toThrow();
	});
});
