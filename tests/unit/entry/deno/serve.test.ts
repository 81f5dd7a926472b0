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

/** Answers as the application would, and keeps what it was asked. */
function application(answer: () => Response = () => new Response('hello')) {
	const seen: Seen[] = [];
	const respond: Respond = (request, clientAddress) => {
		seen.push({ request, ip: clientAddress() });
		return Promise.resolve(answer());
	};
	return { respond, seen };
}

const ask = (respond: Respond, path: string, init: RequestInit = {}, changes: Partial<typeof settings> = {}) =>
	createServe(respond, { ...settings, ...changes })(new Request(`http://10.0.0.9:3000${path}`, init), {
		remoteAddr: { hostname: '10.0.0.1' },
		completed: Promise.resolve()
	});

test('the application sees the public origin, whatever the connection was', async () => {
	const { respond, seen } = application();
	await ask(respond, '/account?x=1', { headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil' } });
	const [{ request } = { request: new Request('about:blank') }] = seen;
	expect(request.url).toBe('https://portal.example/account?x=1');
	expect(request.headers.get('host')).toBe('portal.example');
	expect(request.headers.has('x-forwarded-host')).toBe(false);
	expect(request.headers.has('forwarded')).toBe(false);
});

test('the address comes from the trusted proxy, and is the peer where none is trusted', async () => {
	const { respond, seen } = application();
	const headers = { 'x-forwarded-for': '203.0.113.66, 198.51.100.1' };
	await ask(respond, '/', { headers });
	await ask(respond, '/', { headers }, { trustHost: false });
	expect(seen.map(({ ip }) => ip)).toEqual(['198.51.100.1', '10.0.0.1']);
});

test('a trace context is dropped unless a trusted proxy passed it on', async () => {
	const { respond, seen } = application();
	const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
	await ask(respond, '/', { headers });
	await ask(respond, '/', { headers }, { trustHost: false });
	expect(seen.map(({ request }) => request.headers.has('traceparent'))).toEqual([true, false]);
});

test('fixed headers are added to the answer, and a policy of its own is kept', async () => {
	const own = { 'content-security-policy': "default-src 'self'", 'set-cookie': 'a=1' };
	const answer = await ask(application(() => new Response('', { headers: own })).respond, '/');
	expect(answer.headers.get('content-security-policy')).toBe("default-src 'self'");
	expect(answer.headers.get('strict-transport-security')).toContain('max-age=');
	expect(answer.headers.getSetCookie()).toEqual(['a=1']);
});

test('an exception of the application is answered 500, and told to nobody', async () => {
	const answer = await ask(() => Promise.reject(new Error('secret')), '/');
	expect(answer.status).toBe(500);
	expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
	const text = await answer.text();
	expect(JSON.parse(text)).toMatchObject({ error: 'internal_error' });
	expect(text).not.toContain('secret');
});

test('a body of unannounced length reaches the application whole, or not at all', async () => {
	const { respond, seen } = application();
	const streamed = (text: string) => ({ method: 'POST', body: new Blob([text]).stream(), duplex: 'half' }) as const;
	expect((await ask(respond, '/', streamed('0123456789'))).status).toBe(200);
	expect((await ask(respond, '/', streamed('0123456789x'))).status).toBe(413);
	expect(await Promise.all(seen.map(({ request }) => request.text()))).toEqual(['0123456789']);
});

test('proxies are asked not to hold events back', async () => {
	const events = () => new Response(': open', { headers: { 'content-type': 'text/event-stream' } });
	expect((await ask(application(events).respond, '/')).headers.get('x-accel-buffering')).toBe('no');
});
