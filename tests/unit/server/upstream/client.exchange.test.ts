import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { callUpstream, exchange, parseResponse, type UpstreamRequest } from '$lib/server/upstream/client';
import { UpstreamError } from '$lib/server/http/upstream-error';
import { createConnections } from '$lib/server/upstream/connections';
import {
	cutsBeforeResponding,
	cutsMidBody,
	downUrl,
	json,
	neverResponds,
	raw,
	stallsMidBody,
	startStub
} from '../http/stub-server';

const send = createConnections({ http: undefined, https: undefined, except: '' });
const ask = (url: string, more: Partial<UpstreamRequest> = {}) =>
	callUpstream({ method: 'GET', url, send, timeoutMs: 2000, maxBytes: 1000, ...more });

/** The fault of a call that must fail; whatever else it rejects with fails the test. */
async function faultOfCall(call: Promise<unknown>): Promise<string> {
	const error: unknown = await call.then(
		() => 'no error',
		(thrown: unknown) => thrown
	);
	expect(error).toBeInstanceOf(UpstreamError);
	return error instanceof UpstreamError ? error.code : '';
}

describe('a successful response', () => {
	test('has a status, headers and parsed JSON', async () => {
		const stub = await startStub(json(201, { a: 1 }));
		const response = await ask(stub.url, { method: 'POST', body: '{"b":2}', headers: { 'x-request-id': 'r1' } });
		expect(response).toMatchObject({ status: 201, json: { a: 1 }, text: '{"a":1}' });
		expect(response.headers.get('content-type')).toBe('application/json');
		expect(stub.received).toMatchObject([{ method: 'POST', body: '{"b":2}', headers: { 'x-request-id': 'r1' } }]);
	});

	test.each(['application/json; charset=utf-8', 'application/problem+json', 'text/plain', 'text/html', ''])(
		'is parsed as JSON if it is valid JSON, whatever its content type: "%s"',
		async (type) => {
			const stub = await startStub(raw(200, type, '{"a":1}'));
			expect((await ask(stub.url)).json).toEqual({ a: 1 });
		}
	);

	test.each(['text/html', 'application/json', ''])('has no JSON if it cannot be parsed: "%s"', async (type) => {
		const stub = await startStub(raw(200, type, '<h1>1</h1>'));
		expect(await ask(stub.url)).toMatchObject({ json: undefined, text: '<h1>1</h1>' });
	});

	test('preserves a character that is split across two chunks', async () => {
		const bytes = new TextEncoder().encode('{"name":"Zoë"}');
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				controller.enqueue(bytes.slice(0, 12));
				controller.enqueue(bytes.slice(12));
				controller.close();
			}
		});
		const response = new Response(body, { headers: { 'content-type': 'application/json' } });
		expect((await ask('http://a.test/', { send: () => Promise.resolve(response) })).json).toEqual({ name: 'Zoë' });
	});

	test('leaves no timer behind', async () => {
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		onTestFinished(() => void vi.useRealTimers());
		await ask('http://a.test/', { send: () => Promise.resolve(new Response('')) });
		expect(vi.getTimerCount()).toBe(0);
	});

	test.each([
		['HEAD', 200],
		['GET', 304]
	])('without a body may name any length: %s, %i', async (method, status) => {
		const stub = await startStub((_request, response) => {
			response.writeHead(status, { 'content-length': '1001', 'content-encoding': 'gzip' }).end();
		});
		const response = await exchange({ method, url: stub.url, send, timeoutMs: 2000, maxBytes: 0 });
		expect(response).toMatchObject({ status, text: '' });
	});

	test('may be exactly as large as allowed', async () => {
		const stub = await startStub(raw(200, 'text/plain', 'x'.repeat(1000)));
		expect((await ask(stub.url)).text).toHaveLength(1000);
	});
});

describe('a fault', () => {
	test('of a server that does not listen is "unreachable"', async () => {
		expect(await faultOfCall(ask(await downUrl()))).toBe('unreachable');
	});

	test('of a name that does not exist is "unreachable"', async () => {
		expect(await faultOfCall(ask('http://nowhere.invalid/'))).toBe('unreachable');
	});

	test('of a server that never responds is "timeout"', async () => {
		const stub = await startStub(neverResponds);
		expect(await faultOfCall(ask(stub.url, { timeoutMs: 60 }))).toBe('timeout');
	});

	test('of a server that stalls during its response is "timeout"', async () => {
		const stub = await startStub(stallsMidBody);
		expect(await faultOfCall(ask(stub.url, { timeoutMs: 150 }))).toBe('timeout');
	});

	test.each([
		['before responding', cutsBeforeResponding],
		['in the middle of its response', cutsMidBody]
	])('of a server that closes the connection %s is "cut_off"', async (_when, respond) => {
		const stub = await startStub(respond);
		expect(await faultOfCall(ask(stub.url))).toBe('cut_off');
	});

	test('of a response whose Content-Length is above the limit is "too_large" before its body, and frees the connection', async () => {
		const responses: ServerResponse[] = [];
		const stub = await startStub((_request, response) => {
			responses.push(response);
			response.writeHead(200, { 'content-length': '1001' }).flushHeaders();
		});
		expect(await faultOfCall(ask(stub.url))).toBe('too_large');
		await vi.waitFor(() => expect(responses.map(({ destroyed }) => destroyed)).toEqual([true]));
	});

	test('of an endless response is "too_large"', async () => {
		const stub = await startStub((_request, response) => {
			const more = () => response.write('x'.repeat(600), () => setImmediate(more));
			more();
		});
		expect(await faultOfCall(ask(stub.url))).toBe('too_large');
	});

	test.each(['announces its length', 'does not'])(
		'of a small response that decompresses to a large one is "too_large", when it %s',
		async (way) => {
			const packed = gzipSync('x'.repeat(100_000));
			const length = way === 'announces its length' && { 'content-length': packed.length };
			const stub = await startStub((_request, response) => {
				response.writeHead(200, { 'content-encoding': 'gzip', ...length }).end(packed);
			});
			expect(packed.length).toBeLessThan(1000);
			expect(await faultOfCall(ask(stub.url))).toBe('too_large');
		}
	);

	test.each([301, 302, 303, 307, 308])('of a redirect (%i) is "redirected", and it is not followed', async (status) => {
		const elsewhere = await startStub(json(200, {}));
		const stub = await startStub((_request, response) => {
			response.writeHead(status, { location: elsewhere.url }).end();
		});
		expect(await faultOfCall(ask(stub.url, { headers: { authorization: 'Bearer t' } }))).toBe('redirected');
		expect(elsewhere.received).toEqual([]);
	});

	test('of a call that its caller aborts is "cancelled"', async () => {
		const caller = new AbortController();
		const stub = await startStub(() => caller.abort());
		expect(await faultOfCall(ask(stub.url, { signal: caller.signal }))).toBe('cancelled');
	});

	test('of a call that exceeds its caller’s own time limit is "timeout"', async () => {
		const caller = new AbortController();
		// As `AbortSignal.timeout` does.
		const stub = await startStub(() => caller.abort(new DOMException('too late', 'TimeoutError')));
		expect(await faultOfCall(ask(stub.url, { signal: caller.signal }))).toBe('timeout');
	});

	test('of a header that cannot be sent is an UpstreamError too', async () => {
		expect(await faultOfCall(ask('http://127.0.0.1/', { headers: { 'x-a': 'b\nc' } }))).toBe('unreachable');
	});

	test('names host and port, but not the user, the path, the query or the cause', async () => {
		const { host, hostname } = new URL(await downUrl());
		const url = `http://user:password@${host}/secret?person=1`;
		const error: unknown = await ask(url).catch((thrown: unknown) => thrown);
		expect(hostname).not.toBe('');
		expect(String(error)).toBe(`UpstreamError: upstream fault: unreachable (ECONNREFUSED, ${host})`);
		expect(JSON.stringify(error)).not.toMatch(/user|password|secret|person/);
		expect(error).not.toHaveProperty('cause');
	});
});

describe('parseResponse', () => {
	const schema = v.object({ a: v.number() });

	test('returns the fields of the schema and drops all others', async () => {
		const stub = await startStub(json(200, { a: 1, b: 2 }));
		expect(parseResponse(schema, await ask(stub.url))).toEqual({ a: 1 });
	});

	test.each([
		['HTML', raw(200, 'text/html', '<h1>hello</h1>'), 'not_json'],
		['broken JSON', raw(200, 'application/json', '{"a":'), 'not_json'],
		['an empty body', raw(200, 'application/json', ''), 'not_json'],
		['JSON that does not match the schema', json(200, { a: 'one' }), 'bad_shape'],
		['null', json(200, null), 'bad_shape']
	])('refuses %s', async (_what, respond, code) => {
		const stub = await startStub(respond);
		expect(await faultOfCall(ask(stub.url).then((response) => parseResponse(schema, response)))).toBe(code);
	});
});
