import type { RequestEvent } from '@sveltejs/kit';

/** Where a person goes after signing in when no return path is given. */
export const AFTER_SIGN_IN = '/account';
const REFUSED = '/';
/** Return paths are sent in cookies, URLs and the STS's `state` parameter, all of which are limited in size. */
const MAX_CHARACTERS = 512;

/**
 * Turns untrusted text into a path of the portal: path, query and fragment of a URL that resolves to the portal's origin.
 * Everything else (`//host`, `/\host`, `javascript:`, control characters) becomes `/`. A path of more than 512 characters,
 * before or after it is resolved, becomes the account page.
 */
export function returnPath(wanted: string | null | undefined, origin: string): string {
	if (!wanted || isTooLong(wanted)) return AFTER_SIGN_IN;
	if (hasUnsafeCharacter(wanted) || !URL.canParse(wanted, origin)) return REFUSED;
	const url = new URL(wanted, origin);
	const path = `${url.pathname}${url.search}${url.hash}`;
	// `/.//host` resolves to the portal's origin, but its resolved path `//host` would leave it.
	// `blob:` URLs may have the portal's origin too, and have no path.
	if (url.origin !== origin || !/^\/(?!\/)/.test(path)) return REFUSED;
	return isTooLong(path) ? AFTER_SIGN_IN : path;
}

/** The path and query of a page, to return to it later, without the parameters that are only for this visit. */
export function pagePath({ pathname, searchParams }: URL, isOmitted: (name: string) => boolean): string {
	const rest = [...searchParams].filter(([name]) => !isOmitted(name));
	return pathname + (rest.length > 0 ? `?${new URLSearchParams(rest)}` : '');
}

/**
 * The header of a sub-request for the page of a refusal: the path that its links and its language switch lead to. Ignore it in other
 * requests, because anybody can send it.
 */
export const PATH_HEADER = 'x-path-of-page';

/** Whether a parameter names a form action (`?/start`), which is valid in a POST only. */
export const isFormAction = (name: string) => name.startsWith('/');

/** The parameter with the language of the page for a browser that keeps no cookies. A chosen language in the cookie takes precedence. */
export const LANGUAGE = 'lang';

/** The path of the same page in this language. */
export function inLanguage(path: string, locale: string, origin: string): string {
	const url = new URL(path, origin);
	url.searchParams.set(LANGUAGE, locale);
	return `${url.pathname}${url.search}${url.hash}`;
}

/** Addresses that only accept forms. A person who switches the language there gets the page of a refusal with such an address. */
const FORMS_ONLY = /^\/(?:locale|api\/auth\/sign(?:out|in\/[^/?#]+))(?:[?#]|$)/;

/** Where a person can try a refused request again: its address, or the page that has sent the form. */
export function pathToRetry({ request, url }: Pick<RequestEvent, 'request' | 'url'>, origin: string): string {
	const isForm = request.method === 'POST';
	const path = returnPath(isForm ? (request.headers.get('referer') ?? REFUSED) : pagePath(url, isFormAction), origin);
	return FORMS_ONLY.test(path) ? REFUSED : path;
}

/** Limits the length of an unchecked return path, so that it can be put into a URL of the portal. */
export function boundedReturnPath(wanted: string): string {
	return isTooLong(wanted) ? AFTER_SIGN_IN : wanted;
}

function isTooLong(path: string): boolean {
	return path.length > MAX_CHARACTERS;
}

function hasUnsafeCharacter(text: string): boolean {
	return [...text].some((character) => character <= '\u001f' || character === '\u007f' || character === '\\');
}
