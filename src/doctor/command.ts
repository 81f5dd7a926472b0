import { readFileSync } from 'node:fs';
import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';
import type { Examination } from './examine';
import { examineListening } from './proxies';
import { examineConnections, examineRuntime } from './runtime';
import { type Finding, wrong, good, warning } from './findings';
import { parseArgs } from 'node:util';
import { X509Certificate } from 'node:crypto';
import { runtime } from '../lib/server/runtime';
import { unixMs } from '../lib/server/clock';
import { distrustWarning, settingWarnings, unknownVariables } from '../lib/server/config/warnings';

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
		findings: [...findings, ...examineRuntime(runtime, unixMs()), ...examineAuthorities(environment), ...unreadable],
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

/** The configuration, null if it has faults, and the findings about the environment. */
interface ExaminedConfiguration {
	readonly config: Config | null;
	readonly findings: readonly Finding[];
}

function examineConfiguration(
	environment: Readonly<Record<string, string | undefined>>,
	{ proxy }: Pick<DoctorOptions, 'proxy'>
): ExaminedConfiguration {
	const unknown = unknownVariables(environment).map(({ name, nearest }) =>
		warning(
			'configuration.unknown',
			`The variable ${name} is unknown and has no effect.`,
			nearest === null ? 'Remove it, or check its spelling.' : `Did you mean ${nearest}?`
		)
	);
	try {
		const config = parseConfig(environment);
		const adjusted = config.brand.adjustments.map((text) =>
			warning('configuration.brand', text, 'No action is needed, unless you want another colour.')
		);
		// With --proxy, the check of the proxy reports the same.
		const settings = [...settingWarnings(environment, config), ...(proxy === undefined ? distrustWarning(config) : [])];
		const complete = good(
			'configuration',
			'The configuration is complete, and the brand’s colours have enough contrast.'
		);
		const ofSettings = [
			...settings.map(({ message, advice }) => warning('configuration.settings', message, advice)),
			...examineListening(config),
			...examineConnections(config),
			...examineSecurityContact(config, unixMs())
		];
		return { config, findings: [complete, ...unknown, ...adjusted, ...ofSettings] };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const faults = error.faults.map((text) =>
			wrong('configuration', text, 'The portal does not start until it is fixed.')
		);
		return { config: null, findings: [...faults, ...unknown] };
	}
}

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEW = 'Check that SECURITY_CONTACT is still correct, and set SECURITY_EXPIRES to a date at most a year ahead.';

/** Whether security.txt is valid for at least 30 days, and at most a year, as RFC 9116 2.5.5 recommends. */
export function examineSecurityContact(
	{ securityContact }: Pick<Config, 'securityContact'>,
	nowMs: number
): readonly Finding[] {
	const check = 'configuration.security-contact';
	if (securityContact === null) return [];
	const days = Math.floor((securityContact.expiresAtMs - nowMs) / DAY_MS);
	if (days < 0) return [wrong(check, 'The security contact (/.well-known/security.txt) has expired.', RENEW)];
	if (days < 30) return [warning(check, `The security contact expires in ${days} days.`, RENEW)];
	if (days > 366) return [warning(check, 'The security contact is valid for more than a year.', RENEW)];
	return [good(check, `The security contact (/.well-known/security.txt) is valid for ${days} more days.`)];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const PEM_ADVICE = 'Name a PEM file with the certificates of the authorities, one after the other.';

/** Reads the files of additional certificate authorities: Node ignores an invalid file with a warning, and connections fail later. */
function examineAuthorities(environment: Readonly<Record<string, string | undefined>>): readonly Finding[] {
	return ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'].flatMap((name) => {
		const file = environment[name];
		if (!file) return [];
		if (name === 'DENO_CERT' && runtime.startsWith('node'))
			return warning(
				'authorities',
				'The variable DENO_CERT has no effect on Node.',
				'Set NODE_EXTRA_CA_CERTS, which both runtimes read.'
			);
		return examineFile(name, file);
	});
}

function examineFile(name: string, file: string): Finding {
	let content: string;
	try {
		content = readFileSync(file, 'utf8');
	} catch {
		return wrong('authorities', `The file ${file} (${name}) can’t be read.`, 'Name a file that this user may read.');
	}
	try {
		const certificates = (content.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
		if (certificates.length === 0)
			return wrong('authorities', `The file ${file} (${name}) holds no certificate.`, PEM_ADVICE);
		const expired = certificates.filter(({ validTo }) => Date.parse(validTo) < unixMs()).length;
		if (expired > 0)
			return warning(
				'authorities',
				`${expired} of ${certificates.length} certificates in ${file} (${name}) have expired.`,
				'Remove them, or get new ones.'
			);
		return good('authorities', `The file in ${name} holds certificates that can be used (${certificates.length}).`);
	} catch {
		return wrong('authorities', `The file ${file} (${name}) holds a certificate that can’t be read.`, PEM_ADVICE);
	}
}
