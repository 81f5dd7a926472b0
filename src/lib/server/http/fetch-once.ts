import type { fetchOnce as FetchOnce } from './single-shot';

/** `fetchOnce`, loaded when it is first needed: Deno makes the modules of Node that it stands on when they are imported. */
export const fetchOnce: typeof FetchOnce = async (url, options) => {
	const { fetchOnce: send } = await import('./single-shot');
	return send(url, options);
};
