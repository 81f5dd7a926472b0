import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Disk, readStaticTable, type StaticFile, staticResponse } from '../../../src/entry/static-files';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'static-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: string) {
	await mkdir(dirname(join(folder, path)), { recursive: true });
	await writeFile(join(folder, path), content);
}
const disk: Disk = {
	list: (folder) =>
		readdirSync(folder, { withFileTypes: true }).map((entry) => ({
			name: entry.name,
			isDirectory: entry.isDirectory()
		})),
	read: (file) => new Uint8Array(readFileSync(file))
};
const read = () => readStaticTable(disk, join(folder, 'client'));

test('compressed variants belong to their file and have no separate path', async () => {
	await put('client/app.css', 'plain');
	await put('client/app.css.br', 'brotli');
	await put('client/app.css.gz', 'gzip');
	const table = read();
	expect([...table.keys()]).toEqual(['/app.css']);
	const content = table.get('/app.css')?.content();
	expect([content?.plain, content?.br, content?.gzip].map((variant) => text(variant ?? null))).toEqual([
		'plain',
		'brotli',
		'gzip'
	]);
});

test('an archive that is not a variant of another file is served as a file', async () => {
	await put('client/data.gz', 'archive');
	expect(read().has('/data.gz')).toBe(true);
});

test('files in folders have the path of their folder', async () => {
	await put('client/fonts/latin/text.woff2', '1');
	expect([...read().keys()]).toEqual(['/fonts/latin/text.woff2']);
});

test('only files that are named by a hash of their content are immutable', async () => {
	await put('client/_app/immutable/entry.js', '1');
	await put('client/_app/version.json', '1');
	const table = read();
	expect(table.get('/_app/immutable/entry.js')?.cacheControl).toContain('immutable');
	expect(table.get('/_app/version.json')?.cacheControl).toBe('no-cache');
});

test('the digest of a file that is named by a hash is its name, encoded for an ETag', async () => {
	await put('client/_app/immutable/chunks/ï "1".B2x.js', '1');
	const [file] = read().values();
	expect(file?.content().digest).toMatch(/^[\w.%-]+B2x\.js$/);
});

test('files with the same name and different content have different digests', async () => {
	await put('client/logo.svg', 'one');
	const before = read().get('/logo.svg')?.content().digest;
	await put('client/logo.svg', 'two');
	expect(read().get('/logo.svg')?.content().digest).not.toBe(before);
});

test('a file is read at its first request with its variants, and then never again', async () => {
	await put('client/logo.svg', 'at the start');
	await put('client/logo.svg.gz', 'at the start');
	const [file] = read().values();
	await put('client/logo.svg', 'first request');
	await put('client/logo.svg.gz', 'first request, compressed');
	const first = file?.content();
	await rm(join(folder, 'client/logo.svg'));
	await rm(join(folder, 'client/logo.svg.gz'));
	expect([text(first?.plain ?? null), text(first?.gzip ?? null)]).toEqual([
		'first request',
		'first request, compressed'
	]);
	expect(file?.content()).toBe(first);
});

test('a build without its public files is reported', () => {
	expect(read).toThrow('ENOENT');
});

const bytes = (text: string) => new TextEncoder().encode(text);
const script: StaticFile = {
	type: 'text/javascript; charset=utf-8',
	cacheControl: 'public, max-age=31536000, immutable',
	content: () => ({ digest: 'abc', plain: bytes('0123456789'), br: bytes('br'), gzip: bytes('gzip') })
};
const picture: StaticFile = {
	type: 'image/png',
	cacheControl: 'no-cache',
	content: () => ({ digest: 'def', plain: bytes('png') })
};

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
	expect(read().get(`/${name}`)?.type).toBe(type);
});
