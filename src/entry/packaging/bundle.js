import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Bundles one of the entry's modules with all it needs into one file.
 * @param {string} source path below src/entry
 * @param {string} folder where the file goes
 * @param {string} name the file's name
 * @returns {Promise<void>}
 */
export async function bundle(source, folder, name) {
	await build({
		root,
		configFile: false,
		publicDir: false,
		logLevel: 'warn',
		ssr: { noExternal: true },
		build: {
			ssr: `src/entry/${source}`,
			outDir: folder,
			emptyOutDir: false,
			target: 'node20',
			rolldownOptions: { output: { entryFileNames: name, codeSplitting: false } }
		}
	});
}
