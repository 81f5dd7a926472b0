import { environmentNames } from './environment';

/** A variable that looks like one of the portal's, and is not. */
export interface UnknownVariable {
	readonly name: string;
	/** The known name that it was most likely meant to be; null where none is close. */
	readonly nearest: string | null;
}

/** What others set under the same prefixes: Kubernetes for each of its services, OpenTelemetry, and Python's `requests`. */
const FOREIGN =
	/_SERVICE_HOST$|_SERVICE_PORT(?:_|$)|_PORT$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)|^OTEL_|^REQUESTS_CA_BUNDLE$/;
/** Not the portal's own prefixes: the runtime's variables, such as DENO_DIR and DENO_CERT, and those of proxies. */
const SHARED = /^DENO_|_PROXY$/i;
/** A name without a known prefix is suspicious only when it is this close to a name of at least this length. */
const MAX_TYPOS = 2;
const MIN_LENGTH = 8;
/** Read by the runtimes, not by the portal: known, and names to be meant. */
const RUNTIME_NAMES: readonly string[] = ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'];
const candidates = [...environmentNames, ...RUNTIME_NAMES];

const prefixes = new Set(
	environmentNames
		.filter((name) => name.includes('_') && !SHARED.test(name))
		.map((name) => name.slice(0, name.indexOf('_') + 1))
);

/** The variables of an environment that are likely misspelt: set, unknown, and close to a known name or prefix. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): UnknownVariable[] {
	return Object.entries(environment)
		.filter(([name, value]) => value?.trim() && !candidates.includes(name) && !FOREIGN.test(name))
		.map(([name]) => ({ name, ...nearestOf(name) }))
		.filter(({ name, typos, nearest }) => hasKnownPrefix(name) || (typos <= MAX_TYPOS && nearest.length >= MIN_LENGTH))
		.map(({ name, typos, nearest }) => ({ name, nearest: typos <= name.length / 2 ? nearest : null }));
}

/** One line for an operator. */
export function unknownVariableText({ name, nearest }: UnknownVariable): string {
	return `The variable ${name} is not known to the portal and has no effect.${nearest ? ` Did you mean ${nearest}?` : ''}`;
}

function hasKnownPrefix(name: string): boolean {
	return prefixes.has(name.slice(0, name.indexOf('_') + 1));
}

function nearestOf(name: string): { readonly nearest: string; readonly typos: number } {
	const same = candidates.find((known) => known === name.toUpperCase());
	// Such as OTLP_ENDPOINT for OTEL_EXPORTER_OTLP_ENDPOINT.
	const longer = name.length >= MIN_LENGTH ? candidates.find((known) => known.endsWith(`_${name}`)) : undefined;
	const meant = same ?? longer;
	if (meant !== undefined) return { nearest: meant, typos: 0 };
	const ranked = candidates.map((nearest) => ({ nearest, typos: editDistance(name, nearest) }));
	return ranked.reduce((best, other) => (other.typos < best.typos ? other : best));
}

/** The number of letters to insert, delete or replace (Levenshtein distance). */
function editDistance(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [line, letter] of [...from].entries()) {
		const next = [line + 1];
		for (let column = 0; column < to.length; column++) {
			const replaced = (row[column] ?? 0) + (letter === to[column] ? 0 : 1);
			next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
