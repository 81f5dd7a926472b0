import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { disk } from '../../../src/entry/node/disk';
import { readStaticTable, type StaticFile, staticResponse } from '../../../src/entry/static-files';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'static-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: string) {
	await mkdir(dirname(join(folder, path)), { recursive: true });
	await writeFile(join(folder, path), content);
}
const read = () => readStaticTable(disk, join(folder, 'client'));

test('compressed variants belong to their file and have no separate path', async () => {
	await put('client/app.css', 'plain');
	await put('client/app.css.br', 'brotli');
	await put('client/app.css.gz', 'gzip');
	const table = await read();
	expect([...table.keys()]).toEqual(['/app.css']);
	expect(new TextDecoder().decode(table.get('/app.css')?.br?.())).toBe('brotli');
});

test('an archive that is not a variant of another file is served as a file', async () => {
	await put('client/data.gz', 'archive');
	expect((await read()).has('/data.gz')).toBe(true);
});

test('only files that are named by a hash of their content are immutable', async () => {
	await put('client/_app/immutable/entry.js', '1');
	await put('client/_app/version.json', '1');
	const table = await read();
	expect(table.get('/_app/immutable/entry.js')?.cacheControl).toContain('immutable');
	expect(table.get('/_app/version.json')?.cacheControl).toBe('no-cache');
});

test('the digest of a file that is named by a hash is its name, encoded for an ETag', async () => {
	await put('client/_app/immutable/chunks/ï "1".B2x.js', '1');
	const [file] = (await read()).values();
	expect(file?.digest).toMatch(/^[\w.%-]+B2x\.js$/);
});

test('files with the same name and different content have different digests', async () => {
	await put('client/logo.svg', 'one');
	const before = (await read()).get('/logo.svg')?.digest;
	await put('client/logo.svg', 'two');
	expect((await read()).get('/logo.svg')?.digest).not.toBe(before);
});

test('a file that is named by a hash is read once, at its first request', async () => {
	await put('client/_app/immutable/entry.js', '1');
	const [file] = (await read()).values();
	await put('client/_app/immutable/entry.js', 'first request');
	expect(text(file?.content() ?? null)).toBe('first request');
	await rm(join(folder, 'client/_app'), { recursive: true });
	expect(text(file?.content() ?? null)).toBe('first request');
});

test('all other files are read at startup, so that they match their digest', async () => {
	await put('client/logo.svg', 'one');
	const [file] = (await read()).values();
	await put('client/logo.svg', 'two');
	expect(text(file?.content() ?? null)).toBe('one');
});

test('a build without its public files is reported', async () => {
	await expect(read()).rejects.toThrow('ENOENT');
});

const bytes = (text: string) => new TextEncoder().encode(text);
const script: StaticFile = {
	type: 'text/javascript; charset=utf-8',
	cacheControl: 'public, max-age=31536000, immutable',
	digest: 'abc',
	content: () => bytes('0123456789'),
	br: () => bytes('br'),
	gzip: () => bytes('gzip')
};
const picture: StaticFile = { type: 'image/png', cacheControl: 'no-cache', digest: 'def', content: () => bytes('png') };

const respond = (file: StaticFile, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
	staticResponse(file, method, (name) => headers[name] ?? null);
const text = (body: Uint8Array | null) => new TextDecoder().decode(body ?? new Uint8Array());

test('a response has the type, length, entity tag and cache lifetime of the file', () => {
	const { status, headers, body } = respond(picture);
	expect(status).toBe(200);
	expect(text(body)).toBe('png');
	expect(headers).toEqual({
		'accept-ranges': 'none',
		'cache-control': 'no-cache',
		'content-length': '3',
		'content-type': 'image/png',
		etag: '"def"'
	});
});

test('a response to HEAD has the headers of GET and no body', () => {
	const { headers, body } = respond(script, {}, 'HEAD');
	expect(body).toBeNull();
	expect(headers).toEqual(respond(script).headers);
});

test.each([
	['gzip, deflate, br', 'br'],
	['gzip', 'gzip'],
	['br;q=0, gzip;q=0.5', 'gzip'],
	['BR;q=1.0', 'br']
])('with "Accept-Encoding: %s" the response is encoded as %s, with its own entity tag', (accepted, encoding) => {
	const { headers, body } = respond(script, { 'accept-encoding': accepted });
	expect(headers).toMatchObject({ 'content-encoding': encoding, etag: `"abc-${encoding}"`, vary: 'accept-encoding' });
	expect(text(body)).toBe(encoding);
});

test('the response is not compressed if no encoding is accepted, and has a Vary header', () => {
	const { headers, body } = respond(script, { 'accept-encoding': 'br;q=0, zstd' });
	expect(headers).not.toHaveProperty('content-encoding');
	expect(headers.vary).toBe('accept-encoding');
	expect(text(body)).toBe('0123456789');
});

test.each(['"abc"', 'W/"abc"', '"abc-br"', '"other", "abc-gzip"', '*'])(
	'If-None-Match: %s gives 304 without a body',
	(tag) => {
		const { status, headers, body } = respond(script, { 'if-none-match': tag });
		expect(status).toBe(304);
		expect(body).toBeNull();
		expect(headers).toMatchObject({ etag: '"abc"', 'cache-control': script.cacheControl });
	}
);

test('If-None-Match with another tag gives 200', () => {
	expect(respond(script, { 'if-none-match': '"xabc"' }).status).toBe(200);
});

test.each(['bytes=0-1', 'bytes=10-', 'bytes=-4,0-1', 'lines=0-3'])(
	'"Range: %s" is ignored: the response is the whole file',
	(range) => {
		const { status, headers, body } = respond(script, { range, 'if-range': '"abc"' });
		expect(status).toBe(200);
		expect(headers).toMatchObject({ 'accept-ranges': 'none', 'content-length': '10' });
		expect(headers).not.toHaveProperty('content-range');
		expect(text(body)).toBe('0123456789');
	}
);

test.each([
	['app.css', 'text/css; charset=utf-8'],
	['app.js', 'text/javascript; charset=utf-8'],
	['version.json', 'application/json'],
	['site.webmanifest', 'application/manifest+json'],
	['logo.SVG', 'image/svg+xml'],
	['font.woff2', 'font/woff2'],
	['robots.txt', 'text/plain; charset=utf-8'],
	['LICENSE', 'application/octet-stream']
])('%s has the media type %s', async (name, type) => {
	await put(`client/${name}`, '1');
	expect((await read()).get(`/${name}`)?.type).toBe(type);
});
