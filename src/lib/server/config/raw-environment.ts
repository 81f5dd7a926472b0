import { builtin } from '../runtime';

/** An environment as the operator has set it: values may be in quotes, under another name or in a file. */
export type RawEnvironment = Readonly<Record<string, string | undefined>>;

interface WithoutQuotes {
	readonly environment: RawEnvironment;
	/** What is wrong, each as `NAME: what`. */
	readonly faults: readonly string[];
}

/**
 * Finds values that are in quotes. `docker run --env-file` and `kubectl kustomize` do not remove the quotes of a file, and in a list of secrets
 * they would silently become part of two of them. The quotes are removed only so that other faults are found too.
 * @param names the variables to examine
 */
export function withoutQuotes(environment: RawEnvironment, names: readonly string[]): WithoutQuotes {
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

/** Proxy variables are usually written in lower case. If both forms are set, the lower-case one is used, as in curl. */
export const lowerCaseNames = ['https_proxy', 'http_proxy', 'no_proxy'] as const;

/** The name by which the operator has set a variable. */
export function givenName(name: string, environment: RawEnvironment): string {
	const isSet = (other: string) => Boolean(environment[other]?.trim());
	const lower = lowerCaseNames.find((other) => other === name.toLowerCase());
	if (lower !== undefined && isSet(lower)) return lower;
	const older = name.replace(/^AUTH_(?=SECRET$|URL$)/, 'NEXTAUTH_');
	return !isSet(name) && isSet(older) ? older : name;
}

/** The variables that are set, by the names of the schema. */
export function withOlderNames(environment: RawEnvironment): RawEnvironment {
	const present = Object.fromEntries(
		Object.entries(environment)
			.map(([name, value]) => [name, value?.trim()] as const)
			.filter(([, value]) => value !== undefined && value !== '')
	);
	return {
		...present,
		AUTH_SECRET: present.AUTH_SECRET ?? present.NEXTAUTH_SECRET,
		AUTH_URL: present.AUTH_URL ?? present.NEXTAUTH_URL,
		...Object.fromEntries(
			lowerCaseNames.map((name) => [name.toUpperCase(), present[name] ?? present[name.toUpperCase()]])
		)
	};
}

/** The variables whose value may be secret. For each of them, `{name}_FILE` may name a file that contains the value. */
export const secretNames = [
	'AUTH_SECRET',
	'STS_CLIENT_SECRET',
	'STS_CLIENT_KEY',
	'AUTH_BRIDGE_CLIENT_SECRET',
	'AUDIT_HASH_KEY',
	'REDIS_URL',
	'HTTPS_PROXY',
	'HTTP_PROXY'
] as const;

/** The names of the variables that name a file. */
export const secretFileNames: readonly string[] = secretNames.map(fileVariable);

const MAX_FILE_BYTES = 65_536;

interface WithSecrets {
	/** The environment, in which each variable that was in a file has its value. */
	readonly environment: RawEnvironment;
	/** The files that were read. On Deno, the server needs a permission for each. */
	readonly files: readonly string[];
	/** What is wrong, each as `NAME: what`. Neither a path nor a content is in it: the operator may have set the secret as the path. */
	readonly faults: readonly string[];
}

/**
 * Reads the secrets that are in files, as Docker, Kubernetes and systemd provide them. White space at both ends of a file is
 * dropped, because most tools end a file with a line break.
 * @param environment without empty variables
 * @param given returns the name by which the operator has set a variable
 */
export function readSecretFiles(environment: RawEnvironment, given: (name: string) => string): WithSecrets {
	const values: Record<string, string> = {};
	const files: string[] = [];
	const faults: string[] = [];
	for (const name of secretNames) {
		const file = environment[fileVariable(name)];
		if (file === undefined) continue;
		files.push(file);
		const read =
			environment[name] === undefined
				? readSecret(name, file)
				: { fault: `is set in addition to ${given(name)}; set only one` };
		if ('fault' in read) faults.push(`${fileVariable(name)}: ${read.fault}`);
		else values[name] = read.value;
	}
	return { environment: { ...environment, ...values }, files, faults };
}

function fileVariable(name: string): string {
	return `${name}_FILE`;
}

function readSecret(name: string, file: string): { readonly value: string } | { readonly fault: string } {
	if (!builtin.path().isAbsolute(file)) return { fault: 'must be the absolute path of a file' };
	try {
		const { readFileSync, statSync } = builtin.fs();
		const stats = statSync(file);
		// Reading a device or a pipe might never end.
		if (!stats.isFile()) return { fault: 'is not a regular file' };
		if (stats.size > MAX_FILE_BYTES) return { fault: `the file is larger than ${MAX_FILE_BYTES} bytes` };
		const value = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).trim();
		if (value === '') return { fault: 'the file is empty' };
		const isCopied = value.startsWith(`${name}=`) || unquoted(value) !== null;
		return isCopied ? { fault: 'the file must contain only the value, without a name or quotes' } : { value };
	} catch (error) {
		const reason = reasonOf(error);
		const isCredential = file.startsWith('/run/credentials/');
		return { fault: `the file can't be read (${isCredential ? `${reason}; ${CREDENTIAL_HINT}` : reason})` };
	}
}

const CREDENTIAL_HINT = 'only the systemd unit that loads this credential can, while it runs';

function reasonOf(error: unknown): string {
	if (error instanceof TypeError) return 'it is not UTF-8 text';
	if (error instanceof Error && error.name === 'NotCapable') return 'Deno needs the permission --allow-read';
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
