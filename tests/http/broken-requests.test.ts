import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { en, nl } from '../../src/lib/i18n/site.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { headLines, openRawSocket } from '../harness/raw-socket.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

let portal: Portal;

beforeAll(async () => {
	portal = await startPortal({ runtime, env: bareEnvironment });
});
afterAll(() => portal.stop());

/** The response to a request that is sent exactly as given, with `connection: close`. */
async function responseTo(target: string, hosts: readonly string[], more: readonly string[] = []): Promise<string> {
	const lines = [`GET ${target} HTTP/1.1`, ...hosts.map((host) => `host: ${host}`), ...more, 'connection: close'];
	return openRawSocket(portal.port, headLines(...lines)).untilClosed;
}

const statusOf = (response: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);
const bodyOf = (response: string) => response.slice(response.indexOf('\r\n\r\n') + 4);

function idIn(response: string): string {
	return /\r\nx-request-id: ([\da-f]{12})\r\n/i.exec(response)?.[1] ?? 'none';
}

interface Line {
	readonly message: string;
	readonly level: string;
	readonly properties: Readonly<Record<string, unknown>>;
}

/** The log lines with this request id. */
function logged(id: string): Line[] {
	const lines = portal.logs().trim().split('\n');
	return lines.map((line) => JSON.parse(line) as Line).filter(({ properties }) => properties.requestId === id);
}

async function expectLogged(response: string, code: string, status: number): Promise<void> {
	const id = idIn(response);
	await expect.poll(() => logged(id)).toHaveLength(1);
	expect(logged(id)).toMatchObject([{ level: 'INFO', properties: { code, status } }]);
	expect(bodyOf(response)).toContain(id);
}

describe('a Host header', () => {
	test.each([
		['of another host', ['evil.example']],
		['with a port', ['localhost:3000']],
		['that is an IPv6 address', ['[::1]:3000']],
		['of another host, and an absolute target', ['evil.example'], 'http://elsewhere.example/api/health']
	])('%s does not affect the response', async (_, hosts, target = '/api/health') => {
		const response = await responseTo(target, hosts);
		expect([statusOf(response), response.includes('evil.example'), response.includes('elsewhere')]).toEqual([
			200,
			false,
			false
		]);
	});

	test.each([
		['with a path and a question mark', ['x/api/health?']],
		['with a path', ['x/api/health']],
		['with a fragment', ['localhost#']],
		['with a user', ['user@localhost']],
		['with a space', ['local host']],
		['with a comma', ['localhost,evil.example']],
		['with a backslash', ['x\\api\\health?']],
		['with an escape', ['x%2fapi']],
		['with a bracket', ['[::1']],
		['with an invalid port', ['localhost:x']],
		['of bytes above ASCII', ['p\u00f6rtal']]
	])('%s is refused for any request target', async (_, hosts) => {
		const responses = [await responseTo('/login', hosts), await responseTo('http://localhost/login', hosts)];
		expect(responses.map(statusOf)).toEqual([400, 400]);
		for (const response of responses) {
			expect(JSON.parse(bodyOf(response))).toMatchObject({ error: 'invalid_request' });
			await expectLogged(response, 'invalid_request', 400);
		}
	});
});

describe('several Host headers', () => {
	test.each([
		['the same twice', ['localhost', 'localhost']],
		['two hosts', ['localhost', 'evil.example']]
	])('are refused: %s', async (_, hosts) => {
		expect(statusOf(await responseTo('/login', hosts))).toBe(400);
	});
});

test('a request with the same Content-Length twice is refused, before its body', async () => {
	const lines = ['host: localhost', 'content-length: 5', 'content-length: 5'];
	const raw = openRawSocket(portal.port, headLines('POST /api/wallet/sessions HTTP/1.1', ...lines) + 'a');
	expect(statusOf(await raw.head)).toBe(400);
	raw.socket.destroy();
});

describe('large request headers', () => {
	const cookies = (bytes: number) => ({ cookie: `other=${'x'.repeat(bytes)}` });
	const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

	test('of nearly 16 kB are accepted', async () => {
		expect((await rawRequest(portal.port, { path: '/login', headers: { ...PAGE, ...cookies(15_500) } })).status).toBe(
			200
		);
	});

	test.each([
		['en', 17_000, en],
		['nl', 17_000, nl],
		['nl', 30_000, nl]
	])('result in a page in %s that says how to delete cookies, at %i bytes', async (language, bytes, texts) => {
		const headers = { ...PAGE, 'accept-language': language, ...cookies(bytes) };
		const page = await rawRequest(portal.port, { path: '/login', headers });
		expect([page.status, page.headers['content-type']]).toEqual([431, 'text/html; charset=utf-8']);
		expect(page.body).toContain(`<html lang="${language}">`);
		expect(page.body).toContain(`<h1>${texts.errors.tooManyCookies.title}</h1>`);
		expect(page.body).toContain(texts.errors.tooManyCookies.next);
		const id = String(page.headers['x-request-id']);
		expect(page.body).toContain(`<strong>${id}</strong>`);
		await expect.poll(() => logged(id)).toHaveLength(1);
	});

	test('result in that page even if they exceed what the server reads', async () => {
		const headers = { ...PAGE, 'accept-language': 'nl', ...cookies(50_000) };
		const page = await rawRequest(portal.port, { path: '/login', headers });
		expect([page.status, page.headers['content-type']]).toEqual([431, 'text/html; charset=utf-8']);
		expect(page.headers['x-content-type-options']).toBe('nosniff');
		expect(page.body).toContain(nl.errors.tooManyCookies.next);
		await expect.poll(() => logged(String(page.headers['x-request-id']))).toHaveLength(1);
	});

	test.each([
		['of a client other than a browser', '/login', {}],
		['at the API', '/api/health', PAGE],
		['for a public file', '/robots.txt', {}]
	])('%s result in a problem', async (_, path, accept) => {
		const response = await rawRequest(portal.port, { path, headers: { ...accept, ...cookies(17_000) } });
		expect(response.status).toBe(431);
		expect(JSON.parse(response.body)).toEqual({
			error: 'headers_too_large',
			message: 'The request headers are too large.',
			requestId: response.headers['x-request-id']
		});
	});

	test('are refused by their total size, even if each header is small', async () => {
		const many = Array.from({ length: 80 }, (_, n) => `x-${n}: ${'y'.repeat(220)}`);
		expect(statusOf(await responseTo('/api/health', ['localhost'], many))).toBe(431);
	});
});

describe('a refusal by the entry server has a request id, in the response and in the log', () => {
	test.each([
		['an unknown method', 'TRACE', '/login', [], 405, 'method_not_allowed'],
		['a method that a file does not have', 'POST', '/robots.txt', [], 405, 'method_not_allowed'],
		['a body that is too large', 'POST', '/locale', ['content-length: 70000'], 413, 'payload_too_large']
	] as const)('%s', async (_, method, path, more, status, code) => {
		const lines = [`${method} ${path} HTTP/1.1`, 'host: localhost', ...more];
		const raw = openRawSocket(portal.port, headLines(...lines));
		expect(statusOf(await raw.head)).toBe(status);
		const id = idIn(`${await raw.head}\r\n`);
		raw.socket.destroy();
		await expect.poll(() => logged(id)).toMatchObject([{ level: 'INFO', properties: { code, status } }]);
	});

	test.runIf(runtime === 'node')('bytes that are not HTTP', async () => {
		const response = await openRawSocket(portal.port, 'garbage\r\n\r\n').untilClosed;
		expect(statusOf(response)).toBe(400);
		await expectLogged(response, 'invalid_request', 400);
	});
});

test('a flood of refusals does not flood the log', async () => {
	const before = portal.logs().length;
	for (let n = 0; n < 20; n++) {
		await Promise.all(Array.from({ length: 50 }, () => responseTo('/', ['no host'])));
	}
	expect(portal.logs().length - before).toBeLessThan(100 * 400);
});
