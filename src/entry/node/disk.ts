import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Disk } from '../static-files';

export const disk: Disk = {
	list(folder) {
		const files = entriesBelow(folder).filter((entry) => entry.isFile());
		return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
	},
	read: (file) => new Uint8Array(readFileSync(file))
};

/** The folder for prerendered pages does not exist if there are none. */
function entriesBelow(folder: string) {
	try {
		return readdirSync(folder, { recursive: true, withFileTypes: true });
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
		throw error;
	}
}
