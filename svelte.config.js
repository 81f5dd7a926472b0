import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { all, denoAdapter, nodeAdapter, versionName } from './src/entry/adapter/adapters.js';

/** Where the servers go: `tests/tasks/build.mjs` builds beside a server that may be running, and moves the result. */
const out = process.env.BUILD_FOLDER ?? 'build';

const adapters = {
	node: () => nodeAdapter(`${out}/node`),
	gallery: () => nodeAdapter(`${out}/gallery`),
	deno: () => denoAdapter(`${out}/deno`),
	both: () => all([nodeAdapter(`${out}/node`), denoAdapter(`${out}/deno`)])
};

/** The state gallery, for development and tests: other routes around the same pages. No portal is built with it. */
const gallery = {
	outDir: '.svelte-kit/gallery',
	files: { routes: 'tests/gallery/routes', hooks: { server: 'tests/gallery/hooks.server' } }
};

const wanted = process.env.ADAPTER ?? 'node';
if (!(wanted in adapters)) throw new Error(`ADAPTER is "${wanted}"; use "node", "deno", "both" or "gallery".`);

/** @type {import('@sveltejs/kit').Config} */
const config = {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapters[/** @type {keyof typeof adapters} */ (wanted)](),
		...(wanted === 'gallery' && gallery),
		// Our own origin policy (lib/server/handles) covers every method and content type; Kit's check
		// knows form posts only, is off in dev, and would refuse back-channel logout.
		csrf: { trustedOrigins: ['*'] },
		csp: {
			mode: 'nonce',
			directives: {
				'default-src': ['none'],
				'script-src': ['self'],
				'style-src': ['self'],
				'img-src': ['self', 'data:'],
				'font-src': ['self'],
				'connect-src': ['self'],
				'manifest-src': ['self'],
				'form-action': ['self'],
				'frame-ancestors': ['none'],
				'base-uri': ['none'],
				'object-src': ['none']
			}
		},
		// A page may be the response at another page's address (an IDV return that belongs to another browser).
		paths: { relative: false },
		// Loads the telemetry's SDK, where it is wanted. Kit's own spans stay off: they carry whole addresses.
		experimental: { instrumentation: { server: true } },
		version: { name: versionName(), pollInterval: 0 }
	}
};

export default config;
