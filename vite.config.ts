import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * Kit's root component announces navigations from a live region with an inline style, which the content security policy forbids
 * and browsers report. Pages are loaded by real navigations and have a live region of their own, so this removes Kit's. A build
 * fails if there is no such component, or no live region in it.
 */
function withoutAnnouncer(): Plugin {
	const announcer = /\{#if mounted\}\s*<div id="svelte-announcer"[\s\S]*\{\/if\}\s*$/;
	let isRemoved = false;
	return {
		name: 'portal:without-announcer',
		enforce: 'pre',
		transform: {
			filter: { id: /generated\/root\.svelte$/ },
			handler(code) {
				if (!announcer.test(code)) this.error("Kit's root component has changed: look for its announcer.");
				isRemoved = true;
				return code.replace(announcer, '');
			}
		},
		buildEnd(error) {
			const isBuild = this.environment.config.command === 'build';
			if (isBuild && !error && !isRemoved) this.error("Kit's root component was not found: look for its announcer.");
		}
	};
}

/** In development, reloads the browser's page when a file changes that only the server has loaded. */
function reloadServerPages(): Plugin {
	return {
		name: 'portal:reload-server-pages',
		apply: 'serve',
		hotUpdate({ modules, file, server }) {
			const { client } = server.environments;
			const isOfBrowser = (client.moduleGraph.getModulesByFile(file)?.size ?? 0) > 0;
			if (this.environment.name === 'ssr' && modules.length > 0 && !isOfBrowser)
				client.hot.send({ type: 'full-reload' });
		}
	};
}

export default defineConfig({
	plugins: [withoutAnnouncer(), sveltekit(), reloadServerPages()],
	server: { port: 3000 },
	build: {
		// The oldest browsers of docs/browsers.md.
		target: ['chrome109', 'firefox115', 'safari16.4'],
		// A table of plugins' times after each build hides more important output.
		rolldownOptions: { checks: { bundlerTimings: false } }
	},
	test: {
		include: ['tests/unit/**/*.test.ts', 'tests/sandbox/**/*.test.ts'],
		// A thread for each file starts sooner than a process.
		pool: 'threads',
		// A busy machine takes several times as long as a quiet one.
		testTimeout: 30_000
	}
});
