import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { mediaType } from './media-type';

/** One public file with all that is needed to answer for it. */
export interface StaticFile {
	type: string;
	cacheControl: string;
	/** Unquoted; each variant's ETag is made from it. */
	digest: string;
	content: Uint8Array<ArrayBuffer>;
	/** Compressed beforehand by the build. */
	br?: Uint8Array<ArrayBuffer>;
	gzip?: Uint8Array<ArrayBuffer>;
}

/** Public files by decoded URL path, such as `/favicon.svg`. */
export type StaticTable = ReadonlyMap<string, StaticFile>;

const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * Reads a build's public files, once, into memory (a few hundred kB): no request ever reaches the disk by name.
 * @param clientFolder the build's assets, among them what Vite names by content
 * @param pagesFolder prerendered pages, found without their `.html`
 */
export async function readStaticTable(clientFolder: string, pagesFolder: string): Promise<StaticTable> {
	const assets = await readFolder(clientFolder, (path) => path);
	const pages = await readFolder(pagesFolder, pagePath);
	return new Map([...assets, ...pages]);
}

async function readFolder(folder: string, nameOf: (path: string) => string): Promise<[string, StaticFile][]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreAbsence);
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	const known = new Set(files);
	return Promise.all(
		files
			.filter((file) => !isVariant(file, known))
			.map(async (file) => {
				const path = `/${relative(folder, file).split(sep).join('/')}`;
				return [nameOf(path), await readOne(file, path, known)] as [string, StaticFile];
			})
	);
}

async function readOne(file: string, path: string, known: ReadonlySet<string>): Promise<StaticFile> {
	const content = await readBytes(file);
	return {
		type: mediaType(path),
		cacheControl: path.startsWith('/_app/immutable/') ? IMMUTABLE : 'no-cache',
		digest: createHash('sha256').update(content).digest('base64url').slice(0, 22),
		content,
		...(known.has(`${file}.br`) ? { br: await readBytes(`${file}.br`) } : {}),
		...(known.has(`${file}.gz`) ? { gzip: await readBytes(`${file}.gz`) } : {})
	};
}

const readBytes = async (file: string) => new Uint8Array(await readFile(file));

function isVariant(file: string, known: ReadonlySet<string>): boolean {
	return /\.(br|gz)$/.test(file) && known.has(file.slice(0, -3));
}

function pagePath(path: string): string {
	return path.replace(/(\/index)?\.html$/, '') || '/';
}

/** A build without prerendered pages has no folder for them. */
function ignoreAbsence(error: unknown): never[] {
	if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
	throw error;
}
