import type { Handle, RequestEvent } from '@sveltejs/kit';
import { isLocale, type Locale, preferredLocale } from '$lib/i18n';
import { cookieName } from '../auth/cookie';

/**
 * The language a person chose, else the one the browser prefers; written into the page's `lang`. Found when somebody asks:
 * what answers with data alone never does.
 */
export const locale: Handle = ({ event, resolve }) => {
	const { locals } = event;
	const set = (value: Locale) => Object.defineProperty(locals, 'locale', { value, writable: true });
	Object.defineProperty(locals, 'locale', { configurable: true, get: () => set(findLocale(event)).locale, set });
	return resolve(event, { transformPageChunk: ({ html }) => html.replace('%lang%', locals.locale) });
};

function findLocale({ cookies, request }: RequestEvent): Locale {
	const chosen = cookies.get(cookieName('locale'));
	return isLocale(chosen) ? chosen : preferredLocale(request.headers.get('accept-language'));
}
