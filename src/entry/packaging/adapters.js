/**
 * SvelteKit's two adapters with our server entry around their handlers. JavaScript, for svelte.config.js is read by
 * Node as it is.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import node from '@sveltejs/adapter-node';
import deno from 'svelte-adapter-deno';

/** @typedef {import('@sveltejs/kit').Adapter} Adapter */

/** Instrumentation: the Node entry loads it first; Deno has its own, and leaves the file out. */
const supports = { read: () => true, instrumentation: () => true };

/**
 * @param {string} out
 * @returns {Adapter}
 */
export function nodeAdapter(out) {
	return {
		name: 'portal-node',
		supports,
		async adapt(builder) {
			const { bundle } = await import('./bundle.js');
			await node({ out }).adapt(builder);
			// Where adapter-node finds no folder `client` it mounts no file server of its own; that one answers POST
			// with 200 and gets ranges wrong. The entry serves the same files from its table.
			renameSync(`${out}/client`, `${out}/assets`);
			await bundle('node/start.ts', out, 'start.js');
			await bundle('doctor/main.ts', out, 'doctor.js');
			// `node build/node`, a habit from other applications, starts the same server.
			// What Kit has put in its place, to load the instrumentation first, is left out: the entry does that itself.
			for (const map of ['index.js.map', 'start.js.map']) rmSync(`${out}/${map}`, { force: true });
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
			const folder = builder.getBuildDirectory('portal-entry');
			await bundle('deno/deps.ts', folder, 'deps.js');
			await deno({ out, precompress: true, deps: `${folder}/deps.js` }).adapt(builder);
			await bundle('deno/start.ts', out, 'start.js');
			await bundle('doctor/main.ts', out, 'doctor.js');
		}
	};
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
