import { readFileSync } from 'node:fs';
import type { Config } from '../lib/server/config/parse';
import { examineAuthorities, examineConfiguration } from './configuration';
import type { Examination } from './examine';
import { type DoctorOptions, HELP, parseOptions, UsageError } from './options';
import { type Finding, wrong } from './report';

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

/** Ends the run at once: prints a text, to standard output for code 0, else to standard error. */
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
	const { config, findings } = examineConfiguration(environment);
	const { tokens, unreadable } = readTokens(options.tokens);
	return {
		options,
		config,
		findings: [...findings, ...examineAuthorities(environment), ...unreadable],
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
