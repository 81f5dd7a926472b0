import { digestOf } from '../lib/server/digest';
import { mediaType } from './media-type';

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
