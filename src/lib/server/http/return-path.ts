/** Where a person goes after signing in when nobody asked for a place. */
export const AFTER_SIGN_IN = '/account';
const REFUSED = '/';

/**
 * A return path of our own site, from text that anybody may have written: path, query and fragment of a URL that
 * resolves to our origin. Everything else (`//host`, `/\host`, `javascript:`, control characters) leads to `/`.
 */
export function returnPath(wanted: string | null | undefined, origin: string): string {
	if (!wanted) return AFTER_SIGN_IN;
	if (wanted.length > 2048 || hasUnsafeCharacter(wanted) || !URL.canParse(wanted, origin)) return REFUSED;
	const url = new URL(wanted, origin);
	const path = `${url.pathname}${url.search}${url.hash}`;
	// `/.//host` keeps our origin while it is parsed, and leaves it when its path is followed.
	// `blob:` may have our origin too, and has no path.
	return url.origin === origin && /^\/(?!\/)/.test(path) ? path : REFUSED;
}

function hasUnsafeCharacter(text: string): boolean {
	return [...text].some((character) => character <= '\u001f' || character === '\u007f' || character === '\\');
}
