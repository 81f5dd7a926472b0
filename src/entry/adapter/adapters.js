import { rmSync, writeFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/**
 * The SvelteKit adapters: they put the portal's entry in front of the application. The Deno adapter uses the output of
 * svelte-adapter-deno. JavaScript, because Node loads svelte.config.js directly.
 */

/** @typedef {import('@sveltejs/kit').Adapter} Adapter */

/** The Node entry loads `instrumentation.server.js` first. Deno has its own telemetry and does not load it. */
const supports = { instrumentation: () => true };

const DENO_INDEX = `import { main } from './main.js';
import { Server } from './server/index.js';
import { manifest } from './server/manifest.js';

await main({ Server, manifest });
`;

/**
 * @param {string} out
 * @returns {Adapter}
 */
export function nodeAdapter(out) {
	return {
		name: 'portal-node',
		supports,
		async adapt(builder) {
			refusePrerendered(builder);
			builder.rimraf(out);
			builder.writeClient(`${out}/assets`);
			await builder.compress(`${out}/assets`);
			const server = builder.getServerDirectory();
			const manifest = `${server}/node-manifest.js`;
			writeFileSync(manifest, `export const manifest = ${builder.generateManifest({ relativePath: '.' })};\n`);
			const modules = {
				index: `${server}/index.js`,
				manifest,
				'instrumentation.server': `${server}/instrumentation.server.js`,
				// Kit imports it later, but before it serves the first request.
				hooks: existing(`${server}/entries/hooks.server.js`)
			};
			await bundleApplication(modules, `${out}/server`);
			await bundle('entry/prometheus.ts', `${out}/server`, 'prometheus.js');
			await bundle('entry/node/start.ts', out, 'start.js');
			await bundle('doctor/main.ts', out, 'doctor.js');
			// `node build/node` starts the server as well, as with other adapters.
			writeFileSync(`${out}/index.js`, "import './start.js';\n");
		}
	};
}

/**
 * @param {string} out
 * @returns {Adapter}
 */
export function denoAdapter(out) {
	return {
		name: 'portal-deno',
		supports,
		async adapt(builder) {
			refusePrerendered(builder);
			// Only here: everything that reads svelte.config.js loads this file, and Vitest warns of a source map that the package lacks.
			const { default: deno } = await import('svelte-adapter-deno');
			await deno({ out, precompress: true }).adapt(builder);
			// Only the application and the public files are used: the adapter's own server imports remote code.
			for (const name of ['deps.ts', 'env.js', 'handler.js']) rmSync(`${out}/${name}`);
			// In a folder that the server may read: it is imported only if it is needed.
			await bundle('entry/prometheus.ts', `${out}/server`, 'prometheus.js', 'deno');
			await bundle('entry/deno/main.ts', out, 'main.js', 'deno');
			writeFileSync(`${out}/index.js`, DENO_INDEX);
			await bundle('entry/deno/start.ts', out, 'start.js', 'deno');
			await bundle('entry/deno/doctor.ts', out, 'doctor.js', 'deno');
			await bundle('entry/deno/doctor-checks.ts', out, 'doctor-checks.js', 'deno');
		}
	};
}

/**
 * A page that is written by the build has no nonce and no language of its reader, and the entry does not serve it.
 * @param {import('@sveltejs/kit').Builder} builder
 */
function refusePrerendered({ prerendered: { paths } }) {
	if (paths.length > 0) throw new Error(`These routes must not set "prerender": ${paths.join(', ')}`);
}

/**
 * @param {string} path where Kit is expected to write a module; not a documented part of its output
 * @returns {string}
 */
function existing(path) {
	if (!existsSync(path))
		throw new Error(`SvelteKit has not written ${path}: see its output for the module of the hooks.`);
	return path;
}

/**
 * Builds the application once for several servers.
 * @param {Adapter[]} adapters
 * @returns {Adapter}
 */
export function all(adapters) {
	return {
		name: adapters.map(({ name }) => name).join(' and '),
		supports,
		async adapt(builder) {
			for (const adapter of adapters) await adapter.adapt(builder);
		}
	};
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Bundles a module with everything that it imports into one file.
 * @param {string} source path below src
 * @param {string} folder where the file goes
 * @param {string} name the file's name
 * @param {'node' | 'deno'} runtime selects the variant of packages that differ by runtime
 * @returns {Promise<void>}
 */
async function bundle(source, folder, name, runtime = 'node') {
	const output = { entryFileNames: '[name]', codeSplitting: false };
	await bundleAll({ [name]: `${root}src/${source}` }, folder, output, runtime);
}

/**
 * Bundles the output of Kit with the packages that it imports. All that these modules import statically is one file: each file that
 * a start has to find and read delays it. What they import later stays in files that are loaded when they are needed.
 * @param {Record<string, string>} modules paths by name
 * @param {string} folder where the files go
 * @returns {Promise<void>}
 */
async function bundleApplication(modules, folder) {
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
	deno: `import { readGrantedEnvironment } from ${JSON.stringify(`${root}src/entry/deno/environment`)};\nexport const env = readGrantedEnvironment();`
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
	// Only here: everything that reads svelte.config.js loads this file, and need not wait for Vite.
	const { build } = await import('vite');
	await build({
		root,
		configFile: false,
		publicDir: false,
		logLevel: 'warn',
		plugins: [environmentOf(runtime)],
		resolve: { alias: { $lib: `${root}src/lib` } },
		ssr: { noExternal: true, resolve: { conditions: ['module', runtime, 'production'] } },
		build: { ssr: true, outDir, emptyOutDir: false, target: 'node20', rolldownOptions: { input, output } }
	});
}

/** Everything that the public files are built from. */
const SOURCES = ['package.json', 'package-lock.json', 'src', 'static', 'svelte.config.js', 'vite.config.ts'];

/**
 * The name of a build: the package's version and a digest of its sources. Kit writes it into a script; its default is the time of the
 * build. So two builds of the same sources, for Node and Deno or on two machines, have the same scripts, and instances of both
 * can serve each other's pages.
 * @param {string} [folder]
 * @returns {string}
 */
export function versionName(folder = root) {
	const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
	const digest = createHash('sha256');
	for (const file of SOURCES.flatMap((name) => filesIn(folder, name))) {
		digest
			.update(`${file}\0`)
			.update(readFileSync(`${folder}/${file}`))
			.update('\0');
	}
	return `${version}-${digest.digest('hex').slice(0, 12)}`;
}

/**
 * @param {string} folder
 * @param {string} name of a file or folder below it
 * @returns {string[]} paths below it, sorted
 */
function filesIn(folder, name) {
	const path = `${folder}/${name}`;
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [name];
	return readdirSync(path)
		.sort()
		.flatMap((entry) => filesIn(folder, `${name}/${entry}`));
}
