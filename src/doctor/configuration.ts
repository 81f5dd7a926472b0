import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lacksConnections } from '../entry/startup';
import { unixMs } from '../lib/server/clock';
import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';
import { distrustWarning, settingWarnings, unknownVariables } from '../lib/server/config/warnings';
import { runtime } from '../lib/server/runtime';
import { type Finding, good, warning, wrong } from './findings';
import { examineListening } from './proxies';

/** The configuration, null if it has faults, and the findings. */
interface ExaminedConfiguration {
	readonly config: Config | null;
	readonly findings: readonly Finding[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Checks what needs no request: the environment, the runtime, and the files of certificate authorities. */
export function examineConfiguration(
	environment: Environment,
	options: { readonly proxy: string | undefined }
): ExaminedConfiguration {
	const { config, findings } = examineEnvironment(environment, options);
	const others = [...examineRuntime(runtime, unixMs()), ...examineAuthorities(environment)];
	return { config, findings: [...findings, ...others] };
}

function examineEnvironment(
	environment: Environment,
	{ proxy }: { readonly proxy: string | undefined }
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

/** The end of life of the release lines of Node (https://github.com/nodejs/Release). */
const NODE_ENDS: Readonly<Record<string, string>> = {
	20: '2026-04-30',
	21: '2024-06-01',
	22: '2027-04-30',
	23: '2025-06-01',
	24: '2028-04-30',
	25: '2026-06-01'
};

/** Warns of a version of Node that gets no more security fixes. @param version such as `node 20.19.0` */
export function examineRuntime(version: string, nowMs: number): readonly Finding[] {
	const [, major = ''] = /^node (\d+)\./.exec(version) ?? [];
	const end = NODE_ENDS[major];
	if (end === undefined || nowMs < Date.parse(end)) return [];
	return [
		warning(
			'runtime',
			`Node ${major} reached its end of life on ${end}, and gets no more security fixes.`,
			'Run the portal with a supported release line of Node: https://github.com/nodejs/Release#release-schedule.'
		)
	];
}

/** Whether the limits of a process fit together. On Deno, `CONNECTIONS` has no effect. */
export function examineConnections(config: Config): readonly Finding[] {
	if (!runtime.startsWith('node') || !lacksConnections(config)) return [];
	const { connections, eventStreams, requestsAtOnce } = config;
	return [
		warning(
			'configuration.connections',
			`CONNECTIONS (${connections}) is not more than EVENT_STREAMS (${eventStreams.maxPerProcess}) and REQUESTS_AT_ONCE (${requestsAtOnce}) together: further connections are closed without a response.`,
			'Raise CONNECTIONS, or lower the other two.'
		)
	];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const PEM_ADVICE = 'Name a PEM file with the certificates of the authorities, one after the other.';

/** Reads the files of additional certificate authorities: Node ignores an invalid file with a warning, and connections fail later. */
function examineAuthorities(environment: Environment): readonly Finding[] {
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
