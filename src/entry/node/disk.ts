import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Disk } from '../static-files';

export const disk: Disk = {
	async list(folder) {
		const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreAbsence);
		const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
		return files.map((file) => relative(folder, file).split(sep).join('/'));
	},
	read: async (file) => new Uint8Array(await readFile(file))
};

/** The folder for prerendered pages does not exist if there are none. */
function ignoreAbsence(error: unknown): never[] {
	if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
	throw error;
}
