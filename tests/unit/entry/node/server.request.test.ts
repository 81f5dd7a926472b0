import { type IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { cleanHeaders, headOf, toRequest } from '../../../../src/entry/node/server';

const PUBLIC = 'portal.example';
const DROPPED = ['forwarded', 'x-forwarded-host'];

/** A request as Node's parser creates it: lower-case names and the first host in `headers`, every line in `rawHeaders`. */
function incoming(...lines: [name: string, value: string][]): IncomingMessage {
	const headers = Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]).reverse());
	return { method: 'GET', url: '/', headers, rawHeaders: lines.flat() } as unknown as IncomingMessage;
}

function seen(message: IncomingMessage): Headers {
	cleanHeaders(message, DROPPED, PUBLIC);
	return toRequest(message, new ServerResponse(message), 'https://portal.example/x', null).headers;
}

test('the application receives the public host, whatever the client sent', () => {
	for (const message of [incoming(['Host', 'evil.example'], ['Accept', '*/*']), incoming(['Accept', '*/*'])]) {
		const headers = seen(message);
		expect(headers.get('host')).toBe(PUBLIC);
		expect(Object.fromEntries(headers)).toEqual({ host: PUBLIC, accept: '*/*' });
	}
});

test('a removed header is found neither by name nor by iteration', () => {
	const headers = seen(
		incoming(['host', PUBLIC], ['Forwarded', 'host=evil'], ['X-Forwarded-Host', 'evil'], ['A', 'b'])
	);
	expect(DROPPED.map((name) => headers.get(name))).toEqual([null, null]);
	expect(Object.fromEntries(headers)).toEqual({ host: PUBLIC, a: 'b' });
});

test('the gate receives every Host header, and the size of target and headers', () => {
	const message = incoming(['Host', PUBLIC], ['hOST', 'evil.example'], ['A', 'b']);
	expect(headOf(message)).toEqual({ host: `${PUBLIC}, evil.example`, headBytes: 1 + 22 + 20 + 6 });
});

test('the headers of a request without changes are not copied', () => {
	const message = incoming(['host', PUBLIC], ['cookie', 'a=1']);
	const { rawHeaders } = message;
	seen(message);
	expect(message.rawHeaders).toBe(rawHeaders);
});

test('the URL has the public origin, and a request without a body has a null body', () => {
	const message = incoming(['host', PUBLIC]);
	const address = 'https://portal.example/x?y=1';
	const request = toRequest(message, new ServerResponse(message), address, null);
	expect([request.url, request.body]).toEqual([address, null]);
});
