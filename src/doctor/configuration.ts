import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runtime } from '../lib/server/runtime';
import { unixMs } from '../lib/server/clock';
import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';
import { unknownVariables } from '../lib/server/config/environment';
import { type Finding, good, warning, wrong } from './findings';

/** The configuration, null if it has faults, and the findings about the environment. */
interface ExaminedConfiguration {
	readonly config: Config | null;
	readonly findings: readonly Finding[];
}

export function examineConfiguration(environment: Readonly<Record<string, string | undefined>>): ExaminedConfiguration {
	const unknown = unknownVariables(environment).map(({ name, nearest }) =>
		warning(
			'configuration.unknown',
			`The variable ${name} is not known to the portal and has no effect.`,
			nearest === null ? 'Remove it, or check its spelling.' : `Did you mean ${nearest}?`
		)
	);
	try {
		const config = parseConfig(environment);
		const adjusted = config.brand.adjustments.map((text) =>
			warning('configuration.brand', text, 'Nothing, unless you want another colour.')
		);
		const complete = good(
			'configuration',
			'The configuration is complete, and the brand’s colours have enough contrast.'
		);
		return { config, findings: [complete, ...unknown, ...adjusted, ...examineSecurityContact(config, unixMs())] };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const faults = error.faults.map((text) =>
			wrong('configuration', text, 'The portal does not start until it is fixed.')
		);
		return { config: null, findings: [...faults, ...unknown] };
	}
}

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEW = 'Check that SECURITY_CONTACT is still right, and set SECURITY_EXPIRES to a date in at most a year.';

/** Whether security.txt is valid for at least 30 days, and at most a year, as RFC 9116 2.5.5 recommends. */
export function examineSecurityContact(
	{ securityContact }: Pick<Config, 'securityContact'>,
	nowMs: number
): readonly Finding[] {
	const check = 'configuration.security-contact';
	if (securityContact === null) return [];
	const days = Math.floor((securityContact.expiresAt - nowMs) / DAY_MS);
	if (days < 0) return [wrong(check, 'The security contact (/.well-known/security.txt) has expired.', RENEW)];
	if (days < 30) return [warning(check, `The security contact expires in ${days} days.`, RENEW)];
	if (days > 366) return [warning(check, 'The security contact is valid for more than a year.', RENEW)];
	return [good(check, `The security contact (/.well-known/security.txt) is valid for ${days} more days.`)];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const PEM_ADVICE = 'Name a PEM file with the certificates of the authorities, one after the other.';

/** Reads the files of additional certificate authorities: Node ignores an invalid file with a warning, and connections fail later. */
export function examineAuthorities(environment: Readonly<Record<string, string | undefined>>): readonly Finding[] {
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
