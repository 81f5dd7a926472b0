import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixedHeaders } from '../../src/lib/server/http/headers.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

let portal: Portal;
let script: string;

beforeAll(async () => {
	portal = await startPortal({ runtime, env: bareEnvironment });
	const assets = new URL(`../../build/${runtime === 'node' ? 'node/assets' : 'deno/client'}/`, import.meta.url);
	const names = readdirSync(new URL('_app/immutable/entry/', assets));
	script = `/_app/immutable/entry/${names.find((name) => name.endsWith('.js')) ?? ''}`;
});
afterAll(() => portal.stop());

const ask = (path: string, init?: RequestInit) => fetch(portal.url + path, { redirect: 'manual', ...init });

test.each([
	['a public file', () => script],
	['a page', () => '/login'],
	['an address that does not exist', () => '/nowhere'],
	['a URL that cannot be decoded', () => '/%zz'],
	['a redirect by a trailing slash', () => '/login/'],
	['an endpoint', () => '/api/health']
])('%s carries every fixed header', async (_, path) => {
	const { headers } = await ask(path());
	const names = Object.keys(fixedHeaders(false));
	expect(names.filter((name) => !headers.has(name))).toEqual([]);
	expect(headers.get('x-content-type-options')).toBe('nosniff');
	expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test('a public file is compressed and immutable, and a matching ETag gets a 304 response', async () => {
	const first = await ask(script, { headers: { 'accept-encoding': 'br' } });
	expect(first.status).toBe(200);
	expect(first.headers.get('content-encoding')).toBe('br');
	expect(first.headers.get('cache-control')).toContain('immutable');
	const again = await ask(script, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
	expect(again.status).toBe(304);
	expect(await again.text()).toBe('');
});

test('HEAD returns the Content-Length of a public file', async () => {
	const whole = await (await ask(script, { headers: { 'accept-encoding': 'identity' } })).arrayBuffer();
	const head = await rawRequest(portal.port, { method: 'HEAD', path: script });
	expect(head).toMatchObject({ status: 200, body: '' });
	expect(head.headers['content-length']).toBe(String(whole.byteLength));
});

test('a range request for a public file returns the whole file', async () => {
	const whole = await (await ask(script)).text();
	const response = await ask(script, { headers: { range: 'bytes=-5' } });
	expect(response.status).toBe(200);
	expect(response.headers.get('accept-ranges')).toBe('none');
	expect(await response.text()).toBe(whole);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s on a public file gets 405', async (method) => {
	const response = await ask(script, { method });
	expect(response.status).toBe(405);
	expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test('a body with a Content-Length above 64 kB gets a 413 response', async () => {
	const response = await ask('/api/wallet/sessions', { method: 'POST', body: 'x'.repeat(65_537) });
	expect(response.status).toBe(413);
	expect(await response.json()).toMatchObject({ error: 'payload_too_large' });
});

test('a body without a Content-Length that exceeds 64 kB gets a 413 response', async () => {
	const body = Array.from({ length: 80 }, () => 'x'.repeat(1_024));
	const response = await rawRequest(portal.port, { method: 'POST', path: '/api/wallet/sessions', body });
	expect(response.status).toBe(413);
	expect(JSON.parse(response.body)).toMatchObject({ error: 'payload_too_large' });
});

test('foreign Host and forwarding headers do not affect the response', async () => {
	const forged = {
		host: 'evil.example',
		'x-forwarded-host': 'evil.example',
		'x-forwarded-proto': 'https',
		forwarded: 'host=evil.example;proto=https'
	};
	const responses = await Promise.all(
		['/', '/login', '/account', '/login/'].map((path) => rawRequest(portal.port, { path, headers: forged }))
	);
	expect(JSON.stringify(responses)).not.toContain('evil.example');
});

test.each(['x://y/', 'TRACE'])('a request line with %s is refused, and the next request is served', async (odd) => {
	const request = odd === 'TRACE' ? { method: odd, path: '/' } : { path: odd };
	const { status } = await rawRequest(portal.port, request);
	expect([400, 405]).toContain(status);
	expect((await ask(script)).status).toBe(200);
});

test.runIf(runtime === 'node')('bytes that are not HTTP get a 400 response with the fixed headers', async () => {
	const response = await new Promise<string>((resolve, reject) => {
		const socket = connect(portal.port, '127.0.0.1', () => socket.write('garbage\r\n\r\n'));
		let text = '';
		socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
		socket.once('close', () => resolve(text));
		socket.once('error', reject);
	});
	expect(response).toMatch(/^HTTP\/1\.1 400 /);
	expect(response).toContain('x-content-type-options: nosniff');
});

test.each(['/api/me/__data.json', '/api/health/__route.js', '/api/nothing.html__data.json'])(
	'%s, whose end has a meaning in SvelteKit, gets the problem of an unknown address',
	async (path) => {
		const response = await ask(path);
		expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json']);
		expect(await response.json()).toMatchObject({
			error: 'not_found',
			requestId: response.headers.get('x-request-id')
		});
	}
);
