import type { Handle } from '@sveltejs/kit';
import { isLocale, preferredLocale } from '$lib/i18n';
import { cookieName } from '../auth/cookie';

/** The language a person chose, else the one the browser prefers; written into the page's `lang`. */
export const locale: Handle = ({ event, resolve }) => {
	const chosen = event.cookies.get(cookieName('locale'));
	const found = isLocale(chosen) ? chosen : preferredLocale(event.request.headers.get('accept-language'));
	event.locals.locale = found;
	return resolve(event, { transformPageChunk: ({ html }) => html.replace('%lang%', found) });
};
