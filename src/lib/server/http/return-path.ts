/** Where a person goes after signing in when nobody asked for a place. */
export const AFTER_SIGN_IN = '/account';
const REFUSED = '/';
/** Return paths travel in cookies, addresses and the STS's `state` parameter, all of which are limited. */
const MAX_CHARACTERS = 512;

/**
 * A return path of our own site, from text that anybody may have written: path, query and fragment of a URL that
 * resolves to our origin. Everything else (`//host`, `/\host`, `javascript:`, control characters) leads to `/`, and what is
 * longer than 512 characters, as it is followed, to the account.
 */
export function returnPath(wanted: string | null | undefined, origin: string): string {
	if (!wanted || isTooLong(wanted)) return AFTER_SIGN_IN;
	if (hasUnsafeCharacter(wanted) || !URL.canParse(wanted, origin)) return REFUSED;
	const url = new URL(wanted, origin);
	const path = `${url.pathname}${url.search}${url.hash}`;
	// `/.//host` keeps our origin while it is parsed, and leaves it when its path is followed.
	// `blob:` may have our origin too, and has no path.
	if (url.origin !== origin || !/^\/(?!\/)/.test(path)) return REFUSED;
	return isTooLong(path) ? AFTER_SIGN_IN : path;
}

/** A return path that has not been checked yet, as it may go into an address of ours. */
export function boundedReturnPath(wanted: string): string {
	return isTooLong(wanted) ? AFTER_SIGN_IN : wanted;
}

function isTooLong(path: string): boolean {
	return path.length > MAX_CHARACTERS;
}

function hasUnsafeCharacter(text: string): boolean {
	return [...text].some((character) => character <= '\u001f' || character === '\u007f' || character === '\\');
}
