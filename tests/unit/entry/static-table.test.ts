import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { disk } from '../../../src/entry/node/disk';
import { readStaticTable } from '../../../src/entry/static-table';

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
