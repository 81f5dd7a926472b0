import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Bundles a module with everything that it imports into one file.
 * @param {string} source path below src
 * @param {string} folder where the file goes
 * @param {string} name the file's name
 * @param {'node' | 'deno'} runtime selects the variant of packages that differ by runtime
 * @returns {Promise<void>}
 */
export async function bundle(source, folder, name, runtime = 'node') {
	const output = { entryFileNames: '[name]', codeSplitting: false };
	await bundleAll({ [name]: `${root}/src/${source}` }, folder, output, runtime);
}

/**
 * Bundles the output of Kit with the packages that it imports.
 * @param {Record<string, string>} modules paths by name
 * @param {string} folder where the files go
 * @returns {Promise<void>}
 */
export async function bundleApplication(modules, folder) {
	await bundleAll(modules, folder, { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' });
}

/** The environment of each runtime, as the source of a module. Deno grants the portal's variables only. */
const ENVIRONMENTS = {
	node: "export { env } from 'node:process';",
	deno: `import { readGrantedEnvironment } from '${root}/src/entry/deno/environment';\nexport const env = readGrantedEnvironment();`
};

/**
 * Replaces Kit's `$env/dynamic/private`, which only exists inside the application.
 * @param {'node' | 'deno'} runtime
 */
const environmentOf = (runtime) => ({
	name: 'portal:environment',
	/** @param {string} id */
	resolveId: (id) => (id === '$env/dynamic/private' ? `\0${id}` : null),
	/** @param {string} id */
	load: (id) => (id === '\0$env/dynamic/private' ? ENVIRONMENTS[runtime] : null)
});

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
		plugins: [environmentOf(runtime)],
		resolve: { alias: { $lib: `${root}/src/lib` } },
		ssr: { noExternal: true, resolve: { conditions: ['module', runtime, 'production'] } },
		build: { ssr: true, outDir, emptyOutDir: false, target: 'node20', rolldownOptions: { input, output } }
	});
}
