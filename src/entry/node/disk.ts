import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Disk } from '../static-files';

export const disk: Disk = {
	list(folder) {
		const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
		const files = entries.filter((entry) => entry.isFile());
		return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
	},
	read: (file) => new Uint8Array(readFileSync(file))
};
