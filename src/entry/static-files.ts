import { digestOf } from '../lib/server/digest';
import type { Answer } from './http';

/** One public file with all that is needed to answer for it. */
export interface StaticFile {
	type: string;
	cacheControl: string;
	/** Of the content, or a name that says as much. Unquoted; each variant's ETag is made from it. */
	digest: string;
	content: Uint8Array<ArrayBuffer>;
	/** Compressed beforehand by the build. */
	br?: Uint8Array<ArrayBuffer>;
	gzip?: Uint8Array<ArrayBuffer>;
}

/** Public files by decoded URL path, such as `/favicon.svg`. */
export type StaticTable = ReadonlyMap<string, StaticFile>;

/** The part of a file system that is needed; each runtime has its own at hand. */
export interface Disk {
	/** Paths of all files below a folder, from there, with `/`; none when there is no such folder. */
	list(folder: string): Promise<string[]>;
	read(file: string): Promise<Uint8Array<ArrayBuffer>>;
}

const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * Reads a build's public files, once, into memory (a few hundred kB): no request ever reaches the disk by name.
 * @param clientFolder the build's assets, among them what Vite names by content
 * @param pagesFolder prerendered pages, found without their `.html`
 */
export async function readStaticTable(disk: Disk, clientFolder: string, pagesFolder: string): Promise<StaticTable> {
	const assets = await readFolder(disk, clientFolder, (path) => path);
	const pages = await readFolder(disk, pagesFolder, pagePath);
	return new Map([...assets, ...pages]);
}

async function readFolder(
	disk: Disk,
	folder: string,
	nameOf: (path: string) => string
): Promise<[string, StaticFile][]> {
	const files = new Set(await disk.list(folder));
	const read = (file: string) => disk.read(`${folder}/${file}`);
	return Promise.all(
		[...files]
			.filter((file) => !isVariant(file, files))
			.map(async (file) => [nameOf(`/${file}`), await readOne(file, files, read)])
	);
}

async function readOne(file: string, known: ReadonlySet<string>, read: Disk['read']): Promise<StaticFile> {
	const content = await read(file);
	// Vite names these by their content: most files are such, and need no digest at each start.
	const isNamed = file.startsWith('_app/immutable/');
	return {
		type: mediaType(file),
		cacheControl: isNamed ? IMMUTABLE : 'no-cache',
		digest: isNamed ? encodeURIComponent(file) : await digestOf(content, 22),
		content,
		...(known.has(`${file}.br`) ? { br: await read(`${file}.br`) } : {}),
		...(known.has(`${file}.gz`) ? { gzip: await read(`${file}.gz`) } : {})
	};
}

function isVariant(file: string, known: ReadonlySet<string>): boolean {
	return /\.(br|gz)$/.test(file) && known.has(file.slice(0, -3));
}

function pagePath(path: string): string {
	return path.replace(/(\/index)?\.html$/, '') || '/';
}

/** Reads a request's header by lower-case name. */
export type ReadHeader = (name: string) => string | null;

/** Answers GET or HEAD for a public file: 200, 206, 304 or 416 (RFC 9110, 13 and 14; RFC 9111). */
export function answerStatic(file: StaticFile, method: 'GET' | 'HEAD', header: ReadHeader): Answer {
	const range = header('range');
	const { encoding, bytes } = chooseVariant(file, range === null ? header('accept-encoding') : null);
	const etag = `"${file.digest}${encoding ? `-${encoding}` : ''}"`;
	const headers: Record<string, string> = {
		'cache-control': file.cacheControl,
		etag,
		...(file.br || file.gzip ? { vary: 'accept-encoding' } : {})
	};
	if (matches(header('if-none-match'), file.digest)) return { status: 304, headers, body: null };

	headers['accept-ranges'] = 'bytes';
	headers['content-type'] = file.type;
	if (encoding) headers['content-encoding'] = encoding;
	const part = range === null || isOutdated(header('if-range'), etag) ? undefined : parseByteRange(range, bytes.length);
	if (part === 'unsatisfiable') {
		return { status: 416, headers: { ...headers, 'content-range': `bytes */${bytes.length}` }, body: null };
	}

	const content = part ? bytes.subarray(part.first, part.last + 1) : bytes;
	if (part) headers['content-range'] = `bytes ${part.first}-${part.last}/${bytes.length}`;
	headers['content-length'] = String(content.length);
	return { status: part ? 206 : 200, headers, body: method === 'HEAD' ? null : content };
}

function chooseVariant(file: StaticFile, acceptEncoding: string | null) {
	if (file.br && accepts(acceptEncoding, 'br')) return { encoding: 'br', bytes: file.br };
	if (file.gzip && accepts(acceptEncoding, 'gzip')) return { encoding: 'gzip', bytes: file.gzip };
	return { encoding: undefined, bytes: file.content };
}

function accepts(header: string | null, coding: string): boolean {
	return (header ?? '').split(',').some((item) => {
		const [name = '', ...parameters] = item.toLowerCase().split(';');
		const refused = parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
		return name.trim() === coding && !refused;
	});
}

/** Any variant of the same content will do for a cache that asks whether its copy is still good. */
function matches(header: string | null, digest: string): boolean {
	return (header ?? '').split(',').some((tag) => {
		const opaque = tag.trim().replace(/^W\//, '');
		return opaque === '*' || [`"${digest}"`, `"${digest}-br"`, `"${digest}-gzip"`].includes(opaque);
	});
}

const isOutdated = (ifRange: string | null, etag: string) => ifRange !== null && ifRange.trim() !== etag;

/** Both ends included, as in Content-Range. */
interface ByteRange {
	first: number;
	last: number;
}

/**
 * Reads a Range header (RFC 9110, 14.1.2) for content of `length` bytes.
 * @returns the range, `unsatisfiable` (416), or `undefined` where the whole content is the answer: other units,
 * several ranges and what can't be read are ignored, as the RFC allows.
 */
export function parseByteRange(header: string, length: number): ByteRange | 'unsatisfiable' | undefined {
	const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header.trim());
	if (!match) return undefined;
	const [, from = '', to = ''] = match;
	if (from === '' && to === '') return undefined;
	if (from === '') return lastBytes(Number(to), length);

	const first = Number(from);
	const last = to === '' ? length - 1 : Math.min(Number(to), length - 1);
	if (to !== '' && Number(to) < first) return undefined;
	return first < length ? { first, last } : 'unsatisfiable';
}

function lastBytes(count: number, length: number): ByteRange | 'unsatisfiable' {
	if (count === 0 || length === 0) return 'unsatisfiable';
	return { first: Math.max(0, length - count), last: length - 1 };
}

const TYPES: Readonly<Record<string, string>> = {
	avif: 'image/avif',
	css: 'text/css; charset=utf-8',
	gif: 'image/gif',
	html: 'text/html; charset=utf-8',
	ico: 'image/x-icon',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	js: 'text/javascript; charset=utf-8',
	json: 'application/json',
	map: 'application/json',
	mjs: 'text/javascript; charset=utf-8',
	pdf: 'application/pdf',
	png: 'image/png',
	svg: 'image/svg+xml',
	txt: 'text/plain; charset=utf-8',
	wasm: 'application/wasm',
	webmanifest: 'application/manifest+json',
	webp: 'image/webp',
	woff: 'font/woff',
	woff2: 'font/woff2',
	xml: 'text/xml; charset=utf-8'
};

/** The media type of a file by its name's extension; bytes to download where it isn't known. */
function mediaType(name: string): string {
	const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
	return TYPES[extension] ?? 'application/octet-stream';
}
