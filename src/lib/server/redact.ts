const patterns: readonly (readonly [RegExp, string])[] = [
	[/eyJ[\w-]+\.[\w-]*\.?[\w.-]*/g, '[token]'],
	[/\b(?:Bearer|Basic)\s+[\w.~+/=-]+/gi, '[credential]'],
	[/\b[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}\b/gi, '[id]'],
	[/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]'],
	[/(https?:\/\/[^\s?#"']*)[?#][^\s"')]*/g, '$1?[query]'],
	[/\b[\w-]{40,}\b/g, '[opaque]']
];

/** Replaces tokens, credentials, ids, e-mail addresses and query strings in a text meant for the log. */
export function redact(text: string): string {
	return patterns.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text);
}
