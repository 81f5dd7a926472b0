import { lookup } from 'mrmime';
import { digestOf } from '../lib/server/seal';
import type { EntryResponse, ReadHeader } from './http';
import { IMMUTABLE } from '../lib/server/http/headers';

/** A public file, with everything that its responses need. */
export interface StaticFile {
	type: string;
	cacheControl: string;
	/** Identifies the content: a hash, or a file name that contains one. Each variant's ETag starts with it. */
	digest: string;
	content: Content;
	/** Compressed at build time. */
	br?: Content;
	gzip?: Content;
}

/** The bytes of a file, which stay in memory after the first call. Throws if the file can't be read. */
type Content = () => Uint8Array<ArrayBuffer>;

/** Public files by decoded URL path, such as `/favicon.svg`. */
export type StaticTable = ReadonlyMap<string, StaticFile>;

/**
 * Access to the file system; each runtime has its own implementation. It is synchronous: each file is read once, and a promise
 * for each of the many small files makes the start slower.
 */
export interface Disk {
	/** Paths of all files below a folder, relative to it, separated by `/`. Throws if the folder does not exist. */
	list(folder: string): string[];
	read(file: string): Uint8Array<ArrayBuffer>;
}

/**
 * Lists a build's public files. A file that is named by a hash of its content is read when it is first requested, so that a start
 * does not wait for it; all others are read here, because their digest depends on their content. Each file stays in memory
 * (together a few hundred kB).
 * @param folder the build's assets, including those that Vite names by a hash of their content
 */
export async function readStaticTable(disk: Disk, folder: string): Promise<StaticTable> {
	const files = new Set(disk.list(folder));
	const read = (file: string) => disk.read(`${folder}/${file}`);
	const entries = [...files]
		.filter((file) => !isVariant(file, files))
		.map(async (file) => [`/${file}`, await readOne(file, files, read)] as const);
	return new Map(await Promise.all(entries));
}

async function readOne(file: string, known: ReadonlySet<string>, read: Disk['read']): Promise<StaticFile> {
	// Vite puts a hash into these names: most files need no digest at start.
	const isImmutable = file.startsWith('_app/immutable/');
	const contentOf = (name: string) => (isImmutable ? onDemand : atOnce)(() => read(name));
	const content = contentOf(file);
	return {
		type: mediaType(file),
		cacheControl: isImmutable ? IMMUTABLE : 'no-cache',
		digest: isImmutable ? encodeURIComponent(file) : await digestOf(content(), 22),
		content,
		...(known.has(`${file}.br`) ? { br: contentOf(`${file}.br`) } : {}),
		...(known.has(`${file}.gz`) ? { gzip: contentOf(`${file}.gz`) } : {})
	};
}

function onDemand(read: Content): Content {
	let bytes: Uint8Array<ArrayBuffer> | undefined;
	return () => (bytes ??= read());
}

function atOnce(read: Content): Content {
	const bytes = read();
	return () => bytes;
}

function isVariant(file: string, known: ReadonlySet<string>): boolean {
	return /\.(br|gz)$/.test(file) && known.has(file.slice(0, -3));
}

/** Responds to GET or HEAD for a public file with 200 or 304 (RFC 9110 13; RFC 9111). Range headers are ignored (RFC 9110 14.2). */
export function staticResponse(file: StaticFile, method: 'GET' | 'HEAD', header: ReadHeader): EntryResponse {
	const { encoding, bytes } = chooseVariant(file, header('accept-encoding'));
	const headers: Record<string, string> = {
		'cache-control': file.cacheControl,
		etag: `"${file.digest}${encoding ? `-${encoding}` : ''}"`,
		...(file.br || file.gzip ? { vary: 'accept-encoding' } : {})
	};
	if (matches(header('if-none-match'), file.digest)) return { status: 304, headers, body: null };

	headers['accept-ranges'] = 'none';
	headers['content-type'] = file.type;
	if (encoding) headers['content-encoding'] = encoding;
	headers['content-length'] = String(bytes.length);
	return { status: 200, headers, body: method === 'HEAD' ? null : bytes };
}

function chooseVariant(file: StaticFile, acceptEncoding: string | null) {
	if (file.br && accepts(acceptEncoding, 'br')) return { encoding: 'br', bytes: file.br() };
	if (file.gzip && accepts(acceptEncoding, 'gzip')) return { encoding: 'gzip', bytes: file.gzip() };
	return { encoding: undefined, bytes: file.content() };
}

function accepts(header: string | null, coding: string): boolean {
	return (header ?? '').split(',').some((item) => {
		const [name = '', ...parameters] = item.toLowerCase().split(';');
		const refused = parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
		return name.trim() === coding && !refused;
	});
}

/** Whether If-None-Match names any variant of the same content. */
function matches(header: string | null, digest: string): boolean {
	return (header ?? '').split(',').some((tag) => {
		const opaque = tag.trim().replace(/^W\//, '');
		return opaque === '*' || [`"${digest}"`, `"${digest}-br"`, `"${digest}-gzip"`].includes(opaque);
	});
}

/** The media type of a file by its name's extension; `application/octet-stream` if it is unknown. */
function mediaType(name: string): string {
	const type = lookup(name) ?? 'application/octet-stream';
	return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
