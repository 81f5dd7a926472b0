import type { ClientInit, HandleClientError } from '@sveltejs/kit';
import { isSupportedBrowser } from '$lib/ui/browser';

/**
 * In an unsupported browser the application does not start: the page stays as the server rendered it, and its forms work.
 */
export const init: ClientInit = () => (isSupportedBrowser() ? undefined : new Promise<never>(() => {}));

/**
 * Pages load only their own modules. A page whose modules cannot be loaded stays as the server rendered it, instead of
 * showing the framework's error page; `static/recover.js` does the rest.
 */
export const handleError: HandleClientError = () => {
	window.dispatchEvent(new Event('portal:failed'));
	return new Promise<never>(() => {});
};
