/**
 * For pages whose modules cannot be loaded: the file of an older or newer version may be gone, or something between the
 * browser and the portal may block it. The page is reloaded once. If that does not help, a page that waits for a wallet or
 * an institution stays as the server rendered it, and is reloaded when the server would render another screen. This script
 * runs before the modules, and marks the page if its browser is supported (`src/lib/ui/browser.ts`): what only a page
 * without a script needs is then not drawn. `data-view` is the address to read that from; `data-screen` is the screen that was rendered.
 */
{
	const { view, screen } = document.currentScript.dataset;
	const failedImport = /dynamically imported module|importing a module script failed/i;
	/** Whether the page is the response to a form: a reload would send the form again. */
	const isOfForm = location.search.startsWith('?/');
	const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
	/** The response to a link or a form may take this long. */
	const LEAVING_MS = 15_000;
	let leftAtMs = -Infinity;
	let hasFailed = false;
	const globals = ['BroadcastChannel', 'CompressionStream', 'EventSource', 'structuredClone'];
	const isSupported =
		globals.every((name) => name in globalThis) &&
		'findLast' in Array.prototype &&
		'hasOwn' in Object &&
		'timeout' in AbortSignal &&
		CSS.supports('height', '1dvh');
	document.documentElement.classList.toggle('scripted', isSupported);

	/**
	 * Whether a person has just followed a link or sent a form. Firefox then stops loading this page's modules, and a reload
	 * would cancel the navigation.
	 */
	const isLeaving = () => performance.now() - leftAtMs < LEAVING_MS;
	addEventListener('beforeunload', () => (leftAtMs = performance.now()));

	/** Reads the portal's own JSON; null for anything else, such as the page of a proxy. */
	async function read(path) {
		try {
			const response = await fetch(path, { redirect: 'error' });
			return response.ok ? await response.json() : null;
		} catch {
			return null;
		}
	}

	/** Waits first: a reload while the portal is unreachable would lose the page. */
	async function reloadWhenReachable() {
		while ((await read('/api/health'))?.status !== 'ok' || isLeaving()) await pause(3000);
		location.reload();
	}

	async function follow() {
		for (;;) {
			await pause(3000);
			const step = document.visibilityState === 'visible' ? await read(view) : null;
			if (isLeaving()) continue;
			if (typeof step?.goTo === 'string' && new URL(step.goTo, location.href).origin === location.origin)
				return location.assign(step.goTo);
			if (step?.view && step.view.screen !== screen)
				return isOfForm ? location.replace(location.pathname) : location.reload();
		}
	}

	function recover() {
		if (hasFailed) return;
		hasFailed = true;
		document.documentElement.classList.remove('scripted');
		const isReload = performance.getEntriesByType('navigation')[0]?.type === 'reload';
		if (!isReload && !isOfForm) reloadWhenReachable();
		else if (view) follow();
	}

	addEventListener('unhandledrejection', (event) => {
		if (!failedImport.test(event.reason?.message)) return;
		// The error is handled here; the console still names the file.
		event.preventDefault();
		recover();
	});
	// Sent by `hooks.client.ts` for modules that the framework loads later.
	addEventListener('portal:failed', recover);
}
