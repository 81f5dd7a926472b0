import type { ClientInit } from '@sveltejs/kit';
import { isSupportedBrowser } from '$lib/ui/supported-browser';

/** In a browser that is too old the application never starts: the page stays as the server drew it, and its forms work. */
export const init: ClientInit = () => (isSupportedBrowser() ? undefined : new Promise<never>(() => {}));
