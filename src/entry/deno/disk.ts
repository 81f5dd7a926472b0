import type { Disk } from '../static-files';

/**
 * Uses Deno's own API: loading `node:fs` takes longer than reading the few files of a build. Reads synchronously: a promise per file is
 * slower.
 */
export const disk: Disk = {
	list: (folder) => filesBelow(folder, ''),
	read: (file) => Promise.resolve(Deno.readFileSync(file))
};

async function filesBelow(folder: string, prefix: string): Promise<string[]> {
	const files: string[] = [];
	for (const { name, isDirectory } of entriesOf(`${folder}/${prefix}`)) {
		if (isDirectory) files.push(...(await filesBelow(folder, `${prefix}${name}/`)));
		else files.push(prefix + name);
	}
	return files;
}

/** The folder for prerendered pages does not exist if there are none. */
function entriesOf(folder: string): Deno.DirEntry[] {
	try {
		return [...Deno.readDirSync(folder)];
	} catch (error) {
		if (error instanceof Deno.errors.NotFound) return [];
		throw error;
	}
}
