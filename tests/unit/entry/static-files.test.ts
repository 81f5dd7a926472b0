import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { disk } from '../../../src/entry/node/disk';
import { readStaticTable, type StaticFile, staticResponse } from '../../../src/entry/static-files';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'static-table-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: string) {
	await mkdir(dirname(join(folder, path)), { recursive: true });
	await writeFile(join(folder, path), content);
}
const read = () => readStaticTable(disk, join(folder, 'client'), join(folder, 'pages'));

test('compressed variants belong to their file and have no address of their own', async () => {
	await put('client/app.css', 'plain');
	await put('client/app.css.br', 'brotli');
	await put('client/app.css.gz', 'gzip');
	const table = await read();
	expect([...table.keys()]).toEqual(['/app.css']);
	expect(new TextDecoder().decode(table.get('/app.css')?.br)).toBe('brotli');
});

test('an archive that is no variant of anything is a file like any other', async () => {
	await put('client/data.gz', 'archive');
	expect((await read()).has('/data.gz')).toBe(true);
});

test('only what is named by its content may be kept forever', async () => {
	await put('client/_app/immutable/entry.js', '1');
	await put('client/_app/version.json', '1');
	const table = await read();
	expect(table.get('/_app/immutable/entry.js')?.cacheControl).toContain('immutable');
	expect(table.get('/_app/version.json')?.cacheControl).toBe('no-cache');
});

test('what is named by its content is told apart by its name, which fits an ETag', async () => {
	await put('client/_app/immutable/chunks/ï "1".B2x.js', '1');
	const [file] = (await read()).values();
	expect(file?.digest).toMatch(/^[\w.%-]+B2x\.js$/);
});

test('equal names with other content have other digests', async () => {
	await put('client/logo.svg', 'one');
	const before = (await read()).get('/logo.svg')?.digest;
	await put('client/logo.svg', 'two');
	expect((await read()).get('/logo.svg')?.digest).not.toBe(before);
});

test('prerendered pages are found without their ending', async () => {
	await put('pages/index.html', 'home');
	await put('pages/help.html', 'help');
	await put('pages/nl/index.html', 'hulp');
	expect([...(await read()).keys()].sort()).toEqual(['/', '/help', '/nl']);
});

test('a build without public files or pages gives an empty table', async () => {
	expect((await read()).size).toBe(0);
});

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
	staticResponse(file, method, (name) => headers[name] ?? null);
const text = (body: Uint8Array | null) => new TextDecoder().decode(body ?? new Uint8Array());

test('a file comes with its type, length, entity tag and how long it may be kept', () => {
	const { status, headers, body } = ask(picture);
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

test.each(['bytes=0-1', 'bytes=10-', 'bytes=-4,0-1', 'lines=0-3'])(
	'"Range: %s" is ignored: the response is the whole file',
	(range) => {
		const { status, headers, body } = ask(script, { range, 'if-range': '"abc"' });
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
