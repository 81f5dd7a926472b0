import type { Disk } from '../static-files';

/** Uses Deno's own API: loading `node:fs` takes longer than reading the few files of a build. */
export const disk: Disk = {
	list: (folder) => filesBelow(folder, ''),
	read: (file) => Deno.readFileSync(file)
};

function filesBelow(folder: string, prefix: string): string[] {
	return entriesOf(`${folder}/${prefix}`).flatMap(({ name, isDirectory }) =>
		isDirectory ? filesBelow(folder, `${prefix}${name}/`) : [prefix + name]
	);
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
