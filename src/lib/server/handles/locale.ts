import type { RequestEvent } from '@sveltejs/kit';
import { isLocale, type Locale, preferredLocale } from '$lib/i18n';
import { cookieName } from '../http/cookies';
import { LANGUAGE } from '../http/return-path';
import { lazy } from '../cache';
import type { Handle } from './sequence';

/**
 * Finds the language that the person chose, or else the one that the browser prefers, and writes it into the page's `lang`.
 */
export const locale: Handle = ({ event, resolve }) => {
	const found = lazy(() => findLocale(event));
	event.locals.locale = found;
	return resolve(event, { transformPageChunk: ({ html }) => html.replace('%lang%', found()) });
};

function findLocale({ cookies, request, url }: RequestEvent): Locale {
	const chosen = [cookies.get(cookieName('locale')), url.searchParams.get(LANGUAGE)].find(isLocale);
	return chosen ?? preferredLocale(request.headers.get('accept-language'));
}
