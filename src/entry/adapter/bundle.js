import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Bundles a module with everything that it imports into one file.
 * @param {string} source path below src
 * @param {string} folder where the file goes
 * @param {string} name the file's name
 * @param {'node' | 'deno'} runtime what packages that differ by runtime are taken for
 * @returns {Promise<void>}
 */
export async function bundle(source, folder, name, runtime = 'node') {
	const output = { entryFileNames: '[name]', codeSplitting: false };
	await bundleAll({ [name]: `${root}/src/${source}` }, folder, output, runtime);
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
 * Kit's module for the environment, for programs beside the application that use its modules: they hand over a
 * configuration, and nothing else reads the environment.
 */
const withoutEnvironment = {
	name: 'portal:without-environment',
	/** @param {string} id */
	resolveId: (id) => (id === '$env/dynamic/private' ? `\0${id}` : null),
	/** @param {string} id */
	load: (id) => (id === '\0$env/dynamic/private' ? 'export const env = {};' : null)
};

/**
 * @param {Record<string, string>} input
 * @param {string} outDir
 * @param {import('rolldown').OutputOptions} output
 * @param {'node' | 'deno'} [runtime]
 */
async function bundleAll(input, outDir, output, runtime = 'node') {
	await build({
		root,
		configFile: false,
		publicDir: false,
		logLevel: 'warn',
		plugins: [withoutEnvironment],
		resolve: { alias: { $lib: `${root}/src/lib` } },
		ssr: { noExternal: true, resolve: { conditions: ['module', runtime, 'production'] } },
		build: { ssr: true, outDir, emptyOutDir: false, target: 'node20', rolldownOptions: { input, output } }
	});
}
