/**
 * For pages with modules: what happens when these can't be loaded. The file of an older or newer version may be gone, or something
 * in between may hold it back. The page is loaded again, once. When that does not help, a page that waits for a wallet or an
 * institution stays as the server drew it, and is loaded again when the server would draw another one.
 * A script of its own that runs before the modules: `data-view` is where to read what the server would draw, `data-screen` what it
 * has drawn.
 */
{
	const { view, screen } = document.currentScript.dataset;
	const failedImport = /dynamically imported module|importing a module script failed/i;
	const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
	let hasFailed = false;

	/** The portal's own JSON; null for anything else, such as the page of a proxy. */
	async function read(path) {
		try {
			const response = await fetch(path, { redirect: 'error' });
			return response.ok ? await response.json() : null;
		} catch {
			return null;
		}
	}

	/** A reload while the portal can't be reached would lose the page. */
	async function reloadWhenReachable() {
		while ((await read('/api/health'))?.status !== 'ok') await pause(3000);
		location.reload();
	}

	async function follow() {
		for (;;) {
			await pause(3000);
			const step = document.visibilityState === 'visible' ? await read(view) : null;
			if (typeof step?.goTo === 'string' && new URL(step.goTo, location.href).origin === location.origin)
				return location.assign(step.goTo);
			if (step?.view && step.view.screen !== screen) return location.reload();
		}
	}

	function recover() {
		if (hasFailed) return;
		hasFailed = true;
		const isReload = performance.getEntriesByType('navigation')[0]?.type === 'reload';
		// The page is the response to a form: loading it again would send the form again.
		const isOfForm = location.search.startsWith('?/');
		if (!isReload && !isOfForm) reloadWhenReachable();
		else if (view) follow();
	}

	addEventListener('unhandledrejection', (event) => {
		if (!failedImport.test(event.reason?.message)) return;
		// It is handled here; the console names the file all the same.
		event.preventDefault();
		recover();
	});
	// Sent by `hooks.client.ts` for modules that the framework loads later.
	addEventListener('portal:failed', recover);
}
