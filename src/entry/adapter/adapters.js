/**
 * How the application becomes a server, with our entry in front of it: for Node by ourselves, for Deno out of what
 * svelte-adapter-deno makes. JavaScript, for svelte.config.js is read by Node as it is.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import deno from 'svelte-adapter-deno';

/** @typedef {import('@sveltejs/kit').Adapter} Adapter */

/** The Node entry loads it first; Deno has its own, and leaves the file out. */
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
			const { bundle, bundleApplication } = await import('./bundle.js');
			builder.rimraf(out);
			builder.writeClient(`${out}/assets`);
			builder.writePrerendered(`${out}/prerendered`);
			await Promise.all([builder.compress(`${out}/assets`), builder.compress(`${out}/prerendered`)]);
			const server = builder.getServerDirectory();
			const manifest = `${server}/node-manifest.js`;
			writeFileSync(manifest, `export const manifest = ${builder.generateManifest({ relativePath: '.' })};\n`);
			const instrumentation = `${server}/instrumentation.server.js`;
			const modules = { index: `${server}/index.js`, manifest, 'instrumentation.server': instrumentation };
			await bundleApplication(modules, `${out}/server`);
			await bundle('entry/node/start.ts', out, 'start.js');
			await bundle('doctor/main.ts', out, 'doctor.js');
			// `node build/node`, a habit from other applications, starts the same server.
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
			const { bundle } = await import('./bundle.js');
			await deno({ out, precompress: true }).adapt(builder);
			// Its server would import packages from elsewhere; of what it makes the application and the files are used.
			for (const name of ['deps.ts', 'env.js', 'handler.js']) rmSync(`${out}/${name}`);
			settleForDeno(`${out}/server`);
			await bundle('entry/deno/request-stores.ts', `${out}/server`, 'request-stores.js', 'deno');
			await bundle('entry/deno/main.ts', out, 'main.js', 'deno');
			writeFileSync(`${out}/index.js`, DENO_INDEX);
			await bundle('entry/deno/start.ts', out, 'start.js', 'deno');
			await bundle('entry/deno/doctor.ts', out, 'doctor.js', 'deno');
			await bundle('entry/deno/doctor-checks.ts', out, 'doctor-checks.js', 'deno');
		}
	};
}

/**
 * What Deno does for the application at its start, and need not:
 * - It reads whatever it sees that a module may import some day: every page, every endpoint, the client of Redis. An address
 *   that is worked out is one it doesn't see.
 * - It holds each request's store until the whole heap is looked through; `deno/request-stores.ts` does not.
 * - It makes Node's `process` when somebody looks at it. The framework looks to see where it runs, which is known here.
 * Where an upgrade of the framework asks in other words, the start is slower again, and nothing else.
 * @type {[asked: RegExp, instead: string][]}
 */
const KNOWN_ON_DENO = [
	[/\bimport\(('\.\/[^']+')\)/g, 'import(String($1))'],
	[/\bimport\('node:async_hooks'\)(?=\s*\.then\(\(hooks\) => \(als = )/g, "import('../request-stores.js')"],
	[/\btypeof process === 'object' && process\.versions\?\.node !== undefined/g, 'true'],
	[/\bglobalThis\.process\?\.env\?\.NODE_ENV\b/g, "'production'"],
	[/\bglobalThis\.process\?\.versions\?\.webcontainer\b/g, 'undefined']
];

/** @param {string} folder */
function settleForDeno(folder) {
	for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
		file.endsWith('.js')
	)) {
		const file = `${folder}/${name}`;
		const settled = KNOWN_ON_DENO.reduce((code, known) => code.replace(...known), readFileSync(file, 'utf8'));
		writeFileSync(file, settled);
	}
}

/**
 * One application build for several servers.
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
