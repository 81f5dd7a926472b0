/**
 * The path and query of a request line's target (RFC 9112, 3.2), or `undefined` where there is none to serve. A target
 * glued to the origin unread could change the host: `x://y` behind `https://portal.example` names another one.
 */
export function pathAndQuery(target: string): string | undefined {
	if (target.startsWith('/')) return target;
	if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return undefined;
	const { pathname, search } = new URL(target);
	return pathname + search;
}
