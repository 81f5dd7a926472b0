import { readFileSync } from 'node:fs';
import type { Config } from '../lib/server/config/parse';
import type { Examination } from './examine';
import { examineConfiguration } from './configuration';
import { type Finding, wrong } from './findings';
import { parseArgs } from 'node:util';

const STANDARD_INPUT = 0;

/** A run of the doctor before its first request: the parsed arguments and environment. */
export interface Preparation {
	readonly options: DoctorOptions;
	/** Null if the configuration has faults. */
	readonly config: Config | null;
	/** Findings about the configuration, the files of certificate authorities, and the file with tokens. */
	readonly findings: readonly Finding[];
	readonly examination: Examination;
}

/** Ends the run: prints a text, to standard output for code 0, else to standard error. */
interface EarlyEnd {
	readonly text: string;
	readonly code: 0 | 2;
}

/** Reads the arguments, the environment and the file with tokens. */
export function prepare(
	args: readonly string[],
	environment: Readonly<Record<string, string | undefined>>
): Preparation | EarlyEnd {
	const options = optionsOf(args);
	if ('code' in options) return options;
	const { config, findings } = examineConfiguration(environment, options);
	const { tokens, unreadable } = readTokens(options.tokens);
	return {
		options,
		config,
		findings: [...findings, ...unreadable],
		examination: {
			tokens,
			proxy: options.proxy,
			createSession: options.createSession,
			telemetry: {
				headers: environment.OTEL_EXPORTER_OTLP_HEADERS ?? '',
				protocol: environment.OTEL_EXPORTER_OTLP_PROTOCOL ?? ''
			}
		}
	};
}

function optionsOf(args: readonly string[]): DoctorOptions | EarlyEnd {
	try {
		const options = parseOptions(args);
		return options.help ? { text: HELP, code: 0 } : options;
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return { text: `${error.message}\n\n${HELP}`, code: 2 };
	}
}

function readTokens(file: string | undefined) {
	if (file === undefined) return { tokens: null, unreadable: [] };
	try {
		return { tokens: readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8'), unreadable: [] };
	} catch {
		const advice = 'Name a file that exists and may be read, or - for standard input.';
		return { tokens: null, unreadable: [wrong('session', 'The token response (--tokens) can’t be read.', advice)] };
	}
}

export const HELP = `Checks the portal's configuration against the live services, and tells you what to fix.

Usage: npm run doctor -- [options]
       deno task doctor [options]
       node build/node/doctor.js [options]

The configuration is read from the environment, as the portal reads it. Nothing is changed at any service,
except that a short-lived test key is written to the shared store (REDIS_URL, DENO_KV) and deleted again.
It does not sign in.

Options:
  --tokens FILE     a token response of your STS, in JSON, or - to read it from standard input: measures
                    the session cookies and the response head of a sign-in with these tokens
  --proxy URL       the portal's public address: checks what the proxy in front of a running portal lets pass
  --create-session  creates one wallet session at the Auth Bridge, which expires by itself
  --json            prints JSON (described in docs/operations.md) instead of text
  --help            prints this text

Exit codes: 0 nothing is wrong (warnings may remain), 1 something is wrong, 2 the arguments are not usable.
`;

interface DoctorOptions {
	/** A file's path, or `-` for standard input. */
	readonly tokens: string | undefined;
	/** An absolute http(s) address. */
	readonly proxy: string | undefined;
	readonly createSession: boolean;
	readonly json: boolean;
	readonly help: boolean;
}

/** The arguments are not usable; the message says why. */
class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** @throws {UsageError} for an unknown option, a missing value or a `--proxy` that is not an http(s) URL */
function parseOptions(args: readonly string[]): DoctorOptions {
	const values = parsed(args);
	const { tokens, proxy } = values;
	if (proxy !== undefined && !(URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)))
		throw new UsageError('--proxy must be an http:// or https:// URL.');
	return {
		tokens,
		proxy,
		createSession: values['create-session'] ?? false,
		json: values.json ?? false,
		help: values.help ?? false
	};
}

function parsed(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			options: {
				tokens: { type: 'string' },
				proxy: { type: 'string' },
				'create-session': { type: 'boolean' },
				json: { type: 'boolean' },
				help: { type: 'boolean', short: 'h' }
			}
		}).values;
	} catch (error) {
		const [firstLine = ''] = error instanceof Error ? error.message.split('\n') : [];
		throw new UsageError(firstLine);
	}
}
