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
	await bundleAll({ [name]: `${root}/src/entry/${source}` }, folder, {
		entryFileNames: '[name]',
		codeSplitting: false
	});
}

/**
 * Bundles the application, as Kit has built it, with the packages that it needs.
 * @param {Record<string, string>} modules paths by name
 * @param {string} folder where the files go
 * @returns {Promise<void>}
 */
export async function bundleApplication(modules, folder) {
	await bundleAll(modules, folder, { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' });
}

/**
 * @param {Record<string, string>} input
 * @param {string} outDir
 * @param {import('rolldown').OutputOptions} output
 */
async function bundleAll(input, outDir, output) {
	await build({
		root,
		configFile: false,
		publicDir: false,
		logLevel: 'warn',
		ssr: { noExternal: true },
		build: { ssr: true, outDir, emptyOutDir: false, target: 'node20', rolldownOptions: { input, output } }
	});
}
