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
