import { expect, test } from 'vitest';
import { answerStatic } from '../../../src/entry/static-answer';
import type { StaticFile } from '../../../src/entry/static-table';

const bytes = (text: string) => new TextEncoder().encode(text);
const script: StaticFile = {
	type: 'text/javascript; charset=utf-8',
	cacheControl: 'public, max-age=31536000, immutable',
	digest: 'abc',
	content: bytes('0123456789'),
	br: bytes('br'),
	gzip: bytes('gzip')
};
const picture: StaticFile = { type: 'image/png', cacheControl: 'no-cache', digest: 'def', content: bytes('png') };

const ask = (file: StaticFile, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
	answerStatic(file, method, (name) => headers[name] ?? null);
const text = (body: Uint8Array | null) => new TextDecoder().decode(body ?? new Uint8Array());

test('a file comes with its type, length, entity tag and how long it may be kept', () => {
	const { status, headers, body } = ask(picture);
	expect(status).toBe(200);
	expect(text(body)).toBe('png');
	expect(headers).toEqual({
		'accept-ranges': 'bytes',
		'cache-control': 'no-cache',
		'content-length': '3',
		'content-type': 'image/png',
		etag: '"def"'
	});
});

test('HEAD has the headers of GET and no body', () => {
	const { headers, body } = ask(script, {}, 'HEAD');
	expect(body).toBeNull();
	expect(headers).toEqual(ask(script).headers);
});

test.each([
	['gzip, deflate, br', 'br'],
	['gzip', 'gzip'],
	['br;q=0, gzip;q=0.5', 'gzip'],
	['BR;q=1.0', 'br']
])('with "Accept-Encoding: %s" the file comes as %s, under a tag of its own', (accepted, encoding) => {
	const { headers, body } = ask(script, { 'accept-encoding': accepted });
	expect(headers).toMatchObject({ 'content-encoding': encoding, etag: `"abc-${encoding}"`, vary: 'accept-encoding' });
	expect(text(body)).toBe(encoding);
});

test('a caller that accepts no known encoding gets the plain file, and caches are told that it varies', () => {
	const { headers, body } = ask(script, { 'accept-encoding': 'br;q=0, zstd' });
	expect(headers).not.toHaveProperty('content-encoding');
	expect(headers.vary).toBe('accept-encoding');
	expect(text(body)).toBe('0123456789');
});

test.each(['"abc"', 'W/"abc"', '"abc-br"', '"other", "abc-gzip"', '*'])(
	'a copy known as %s is still good: 304 without a body',
	(tag) => {
		const { status, headers, body } = ask(script, { 'if-none-match': tag });
		expect(status).toBe(304);
		expect(body).toBeNull();
		expect(headers).toMatchObject({ etag: '"abc"', 'cache-control': script.cacheControl });
	}
);

test('a copy under another tag is replaced', () => {
	expect(ask(script, { 'if-none-match': '"xabc"' }).status).toBe(200);
});

test('a range is cut from the plain file, whatever encodings are accepted', () => {
	const { status, headers, body } = ask(script, { range: 'bytes=-4', 'accept-encoding': 'br' });
	expect(status).toBe(206);
	expect(headers).toMatchObject({ 'content-range': 'bytes 6-9/10', 'content-length': '4', etag: '"abc"' });
	expect(text(body)).toBe('6789');
});

test('a range beyond the end is answered 416 with the true length', () => {
	const { status, headers, body } = ask(script, { range: 'bytes=10-' });
	expect(status).toBe(416);
	expect(headers['content-range']).toBe('bytes */10');
	expect(body).toBeNull();
});

test('a range of an older version is answered with the whole new one', () => {
	expect(ask(script, { range: 'bytes=0-1', 'if-range': '"old"' }).status).toBe(200);
	expect(ask(script, { range: 'bytes=0-1', 'if-range': '"abc"' }).status).toBe(206);
});
