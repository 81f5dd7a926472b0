/** Eight groups, or fewer around a `::` (RFC 4291, 2.2). */
const IPV6 =
	/(?<![\w:.])(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?::(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?)(?![\w:])/gi;

/** Upstream services decide what a text holds: each pattern takes time in proportion to its length. */
const patterns: readonly (readonly [RegExp, string])[] = [
	[/eyJ[\w.-]+/g, '[token]'],
	[/\b(?:Bearer|Basic|DPoP)\s+[\w.~+/=-]+/gi, '[credential]'],
	[/\b((?:access_|refresh_|id_|logout_)?token|code|state|client_secret|password)=[^\s&"',;]+/gi, '$1=[value]'],
	[/(:\/\/)[^\s/@"']{1,500}@/g, '$1[credential]@'],
	[/\burn:(?:schac|mace|geant):[\w.:%@+~/-]+/gi, '[urn]'],
	[IPV6, '[address]'],
	[/\b[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}\b/gi, '[id]'],
	[/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]'],
	[/\b[\w-]{40,}\b/g, '[opaque]']
];
const WEB_ADDRESS = /https?:\/\/[^\s"']*/g;

/** Replaces tokens, credentials, ids, e-mail addresses and query strings in a text meant for the log. */
export function redact(text: string): string {
	const withoutQueries = text.replace(WEB_ADDRESS, (address) => address.replace(/[?#][^]*/, '?[query]'));
	return patterns.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), withoutQueries);
}
