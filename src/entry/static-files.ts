import { lookup } from 'mrmime';
import { sha256 } from '../lib/server/seal';
import type { EntryResponse, ReadHeader } from './http';
import { acceptsCoding, IMMUTABLE } from '../lib/server/http/headers';

/** A public file, with everything that its responses need. */
export interface StaticFile {
	type: string;
	cacheControl: string;
	/** Reads the file when it is first called. The content stays in memory. Throws if the file can't be read. */
	content: () => StaticContent;
}

interface StaticContent {
	/** Identifies the content: a hash, or a file name that contains one. Each variant's ETag starts with it. */
	digest: string;
	plain: Bytes;
	/** Compressed at build time. */
	br?: Bytes;
	gzip?: Bytes;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Public files by decoded URL path, such as `/favicon.svg`. */
export type StaticTable = ReadonlyMap<string, StaticFile>;

/**
 * Access to the file system; each runtime has its own implementation. It is synchronous: each file is read once, and a promise
 * for each of the many small files makes the start slower.
 */
export interface Disk {
	/** What is directly in a folder. Throws if it does not exist. */
	list(folder: string): Iterable<{ readonly name: string; readonly isDirectory: boolean }>;
	read(file: string): Bytes;
}

/**
 * Lists a build's public files. Each is read when it is first requested, with its compressed variants, so that a start does not wait
 * for it (all files together have a few hundred kB).
 * @param folder the build's assets, including those that Vite names by a hash of their content
 */
export function readStaticTable(disk: Disk, folder: string): StaticTable {
	const files = new Set(filesBelow(disk, folder));
	const read = (file: string) => disk.read(`${folder}/${file}`);
	const served = [...files].filter((file) => !isVariant(file, files));
	return new Map(served.map((file) => [`/${file}`, staticFile(file, files, read)]));
}

/** Paths of all files below a folder, relative to it. */
function filesBelow(disk: Disk, folder: string, prefix = ''): string[] {
	return [...disk.list(`${folder}/${prefix}`)].flatMap(({ name, isDirectory }) =>
		isDirectory ? filesBelow(disk, folder, `${prefix}${name}/`) : [prefix + name]
	);
}

function staticFile(file: string, known: ReadonlySet<string>, read: Disk['read']): StaticFile {
	// Vite puts a hash into these names: they need no digest.
	const isImmutable = file.startsWith('_app/immutable/');
	const readContent = (): StaticContent => {
		const plain = read(file);
		return {
			digest: isImmutable ? encodeURIComponent(file) : sha256(plain).slice(0, 22),
			plain,
			...(known.has(`${file}.br`) ? { br: read(`${file}.br`) } : {}),
			...(known.has(`${file}.gz`) ? { gzip: read(`${file}.gz`) } : {})
		};
	};
	let content: StaticContent | undefined;
	return {
		type: mediaType(file),
		cacheControl: isImmutable ? IMMUTABLE : 'no-cache',
		content: () => (content ??= readContent())
	};
}

function isVariant(file: string, known: ReadonlySet<string>): boolean {
	return /\.(br|gz)$/.test(file) && known.has(file.slice(0, -3));
}

/** Responds to GET or HEAD for a public file with 200 or 304 (RFC 9110 13; RFC 9111). Range headers are ignored (RFC 9110 14.2). */
export function staticResponse(file: StaticFile, method: 'GET' | 'HEAD', header: ReadHeader): EntryResponse {
	const content = file.content();
	const { encoding, bytes } = chooseVariant(content, header('accept-encoding'));
	const headers: Record<string, string> = {
		'cache-control': file.cacheControl,
		etag: `"${content.digest}${encoding ? `-${encoding}` : ''}"`,
		...(content.br || content.gzip ? { vary: 'accept-encoding' } : {})
	};
	if (matches(header('if-none-match'), content.digest)) return { status: 304, headers, body: null };

	headers['accept-ranges'] = 'none';
	headers['content-type'] = file.type;
	if (encoding) headers['content-encoding'] = encoding;
	headers['content-length'] = String(bytes.length);
	return { status: 200, headers, body: method === 'HEAD' ? null : bytes };
}

function chooseVariant({ plain, br, gzip }: StaticContent, acceptEncoding: string | null) {
	if (br && acceptsCoding(acceptEncoding, 'br')) return { encoding: 'br', bytes: br };
	if (gzip && acceptsCoding(acceptEncoding, 'gzip')) return { encoding: 'gzip', bytes: gzip };
	return { encoding: undefined, bytes: plain };
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
