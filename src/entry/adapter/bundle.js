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
 * Bundles the output of Kit with the packages that it imports. All that these modules import statically is one file: each file that
 * a start has to find and read delays it. What they import later stays in files that are loaded when they are needed.
 * @param {Record<string, string>} modules paths by name
 * @param {string} folder where the files go
 * @returns {Promise<void>}
 */
export async function bundleApplication(modules, folder) {
	/** @type {import('rolldown').OutputOptions} */
	const output = {
		entryFileNames: '[name].js',
		chunkFileNames: 'chunks/[name]-[hash].js',
		// The instrumentation runs before all others, and waits for what it imports.
		codeSplitting: { groups: [{ name: 'initial', tags: ['$initial'], test: /^(?!.*instrumentation\.server\.js$)/ }] }
	};
	await bundleAll(modules, folder, output, 'node');
}

/** The environment of each runtime, as the source of a module. Deno grants the portal's variables only. */
const ENVIRONMENTS = {
	node: "export { env } from 'node:process';",
	deno: `import { readGrantedEnvironment } from ${JSON.stringify(`${root}/src/entry/deno/environment`)};\nexport const env = readGrantedEnvironment();`
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
 * @param {import('rolldown').OutputOptions} layout
 * @param {'node' | 'deno'} runtime
 */
async function bundleAll(input, outDir, layout, runtime) {
	// Doc comments are a quarter of the code that a start has to read.
	const output = { ...layout, comments: { legal: true, annotation: false, jsdoc: false } };
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
