type Variables = Readonly<Record<string, string | undefined>>;

interface WithoutQuotes {
	readonly environment: Variables;
	/** What is wrong, each as `NAME: what`. */
	readonly faults: readonly string[];
}

/**
 * Finds values that are in quotes. `docker run --env-file` and `kubectl kustomize` do not remove the quotes of a file, and in a list of secrets
 * they would silently become part of two of them. The quotes are removed only so that other faults are found too.
 * @param names the variables to examine
 */
export function withoutQuotes(environment: Variables, names: readonly string[]): WithoutQuotes {
	const quoted = names.flatMap((name) => {
		const value = unquoted(environment[name]?.trim() ?? '');
		return value === null ? [] : [[name, value] as const];
	});
	return {
		environment: { ...environment, ...Object.fromEntries(quoted) },
		faults: quoted.map(([name]) => `${name}: has quotes around it, which would be part of the value; remove them`)
	};
}

/**
 * A value, or each value of a list, without the quotes around it; null if there are none. Quotes around a part of a text are part of it, as in
 * `"Name" and "e-mail"`.
 */
export function unquoted(text: string): string | null {
	const [, quote, inside = ''] = /^(['"])(.*)\1$/s.exec(text) ?? [];
	if (quote === undefined) return null;
	if (inside.startsWith('{')) return inside;
	const parts = inside.split(quote);
	const isList = parts.every((part, index) => index % 2 === 0 || /^[\s,]+$/.test(part));
	return isList ? parts.join('') : null;
}
