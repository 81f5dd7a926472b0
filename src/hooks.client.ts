import type { ClientInit, HandleClientError } from '@sveltejs/kit';
import { isSupportedBrowser } from '$lib/ui/supported-browser';

/** In a browser that is too old the application never starts: the page stays as the server drew it, and its forms work. */
export const init: ClientInit = () => (isSupportedBrowser() ? undefined : new Promise<never>(() => {}));

/**
 * Pages load nothing but their modules. One whose modules can't be loaded stays as the server drew it, in place of the framework's
 * error page; `static/recover.js` does the rest.
 */
export const handleError: HandleClientError = () => {
	window.dispatchEvent(new Event('portal:failed'));
	return new Promise<never>(() => {});
};
