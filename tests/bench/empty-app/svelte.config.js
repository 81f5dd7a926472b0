/** The empty SvelteKit application that the portal is compared with. It has none of the portal's code. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import node from '@sveltejs/adapter-node';
import deno from 'svelte-adapter-deno';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const out = here(`../../../build/empty-${process.env.ADAPTER ?? 'node'}`);

/** @type {import('@sveltejs/kit').Config} */
export default {
	kit: {
		outDir: here('../../../build/empty-kit'),
		adapter: process.env.ADAPTER === 'deno' ? deno({ out, deps: here('./deno-deps.mjs') }) : node({ out })
	}
};
