import { expect, test } from 'vitest';
import type { Respond } from '../../../../src/entry/startup';
import { createServe } from '../../../../src/entry/deno/serve';

const settings = {
	origin: 'https://portal.example',
	secure: true,
	trustHost: true,
	trustedHops: 1,
	bodyLimitBytes: 10,
	backends: [{ name: 'files', maxRequestBytes: 100 }],
	files: new Map()
};

interface Seen {
	request: Request;
	ip: string;
}

/** An application that records its requests. */
function application(create: () => Response = () => new Response('hello')) {
	const seen: Seen[] = [];
	const respond: Respond = (request, clientAddress) => {
		seen.push({ request, ip: clientAddress() });
		return Promise.resolve(create());
	};
	return { respond, seen };
}

const send = (respond: Respond, path: string, init: RequestInit = {}, changes: Partial<typeof settings> = {}) =>
	createServe(respond, { ...settings, ...changes })(new Request(`http://10.0.0.9:3000${path}`, init), {
		remoteAddr: { hostname: '10.0.0.1' },
		completed: Promise.resolve()
	});

test('the application receives the public origin, whatever the client sent', async () => {
	const { respond, seen } = application();
	await send(respond, '/account?x=1', { headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil' } });
	const [{ request } = { request: new Request('about:blank') }] = seen;
	expect(request.url).toBe('https://portal.example/account?x=1');
	expect(request.headers.get('host')).toBe('portal.example');
	expect(request.headers.has('x-forwarded-host')).toBe(false);
	expect(request.headers.has('forwarded')).toBe(false);
});

test('the client address comes from a trusted proxy, otherwise from the connection', async () => {
	const { respond, seen } = application();
	const headers = { 'x-forwarded-for': '203.0.113.66, 198.51.100.1' };
	await send(respond, '/', { headers });
	await send(respond, '/', { headers }, { trustHost: false });
	expect(seen.map(({ ip }) => ip)).toEqual(['198.51.100.1', '10.0.0.1']);
});

test('a trace context is removed unless a proxy is trusted', async () => {
	const { respond, seen } = application();
	const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
	await send(respond, '/', { headers });
	await send(respond, '/', { headers }, { trustHost: false });
	expect(seen.map(({ request }) => request.headers.has('traceparent'))).toEqual([true, false]);
});

test('fixed headers are added to the response, which keeps its own policy', async () => {
	const own = { 'content-security-policy': "default-src 'self'", 'set-cookie': 'a=1' };
	const response = await send(application(() => new Response('', { headers: own })).respond, '/');
	expect(response.headers.get('content-security-policy')).toBe("default-src 'self'");
	expect(response.headers.get('strict-transport-security')).toContain('max-age=');
	expect(response.headers.getSetCookie()).toEqual(['a=1']);
});

test('an exception in the application results in a 500 response that does not disclose it', async () => {
	const response = await send(() => Promise.reject(new Error('secret')), '/');
	expect(response.status).toBe(500);
	expect(response.headers.get('x-content-type-options')).toBe('nosniff');
	const text = await response.text();
	expect(JSON.parse(text)).toMatchObject({ error: 'internal_error' });
	expect(text).not.toContain('secret');
});

test.each([
	['/api/me', 'application/json'],
	['/account', 'text/html; charset=utf-8']
])('an exception at %s results in %s for a client that accepts a page', async (path, type) => {
	const response = await send(() => Promise.reject(new Error('secret')), path, { headers: { accept: 'text/html' } });
	expect([response.status, response.headers.get('content-type')]).toEqual([500, type]);
});

test('a body of unknown length reaches the application completely, or not at all', async () => {
	const { respond, seen } = application();
	const streamed = (text: string) => ({ method: 'POST', body: new Blob([text]).stream(), duplex: 'half' }) as const;
	expect((await send(respond, '/', streamed('0123456789'))).status).toBe(200);
	expect((await send(respond, '/', streamed('0123456789x'))).status).toBe(413);
	expect(await Promise.all(seen.map(({ request }) => request.text()))).toEqual(['0123456789']);
});

test('event streams tell proxies not to buffer', async () => {
	const events = () => new Response(': open', { headers: { 'content-type': 'text/event-stream' } });
	expect((await send(application(events).respond, '/')).headers.get('x-accel-buffering')).toBe('no');
});
