import type { Disk } from '../static-files';

/**
 * By Deno's own means: to make `node:fs` for the few files of a build would take longer than to read them; and one after the
 * other, for a promise for each does so too.
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

/** A build without prerendered pages has no folder for them. */
function entriesOf(folder: string): Deno.DirEntry[] {
	try {
		return [...Deno.readDirSync(folder)];
	} catch (error) {
		if (error instanceof Deno.errors.NotFound) return [];
		throw error;
	}
}
