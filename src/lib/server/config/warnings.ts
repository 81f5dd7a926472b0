import { environmentNames } from './environment';
import type { Config } from './parse';
import { type RawEnvironment, secretFileNames } from './raw-environment';

/** A variable that looks like one of the portal's, but is unknown. */
interface UnknownVariable {
	readonly name: string;
	/** The known name that was most likely meant; null if none is close. */
	readonly nearest: string | null;
}

/** Variables of others with the same prefixes: of Kubernetes (for each service), and of Python's `requests`. */
const FOREIGN = /_SERVICE_HOST$|_SERVICE_PORT(?:_|$)|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)|^REQUESTS_CA_BUNDLE$/;
/** Kubernetes sets `{SERVICE}_PORT=tcp://…` for each service. Such a name is reported only if it is close to a known one that ends so too. */
const PORT_ENDING = '_PORT';
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//;
/**
 * Names whose prefix is not the portal's own: variables of the runtime, such as DENO_DIR and DENO_CERT, of OpenTelemetry, and of
 * proxies.
 */
const SHARED = /^DENO_|^OTEL_|_PROXY$/i;
/** A name without a known prefix is reported only if it is this close to a known name of at least `MIN_LENGTH` characters. */
const MAX_TYPOS = 2;
const MIN_LENGTH = 8;
/** Variables of the runtimes and of OpenTelemetry, not of the portal. They count as known and are suggested as corrections. */
const OTHER_NAMES: readonly string[] = [
	'NODE_EXTRA_CA_CERTS',
	'DENO_CERT',
	'OTEL_SERVICE_NAME',
	'OTEL_RESOURCE_ATTRIBUTES',
	'OTEL_EXPORTER_OTLP_HEADERS',
	'OTEL_EXPORTER_OTLP_PROTOCOL'
];
const candidates = [...environmentNames, ...OTHER_NAMES];

const prefixes = new Set(
	environmentNames
		.filter((name) => name.includes('_') && !SHARED.test(name))
		.map((name) => name.slice(0, name.indexOf('_') + 1))
);

/** The variables of an environment that are probably misspelt: set, unknown, and close to a known name or prefix. */
export function unknownVariables(environment: RawEnvironment): UnknownVariable[] {
	return Object.entries(environment)
		.filter(([name, value]) => value?.trim() && !candidates.includes(name) && !isForeign(name, value))
		.map(([name]) => ({ name, ...nearestOf(name) }))
		.filter(({ name, typos, nearest }) => {
			const isNear = typos <= MAX_TYPOS && nearest.length >= MIN_LENGTH;
			return name.endsWith(PORT_ENDING) ? isNear && nearest.endsWith(PORT_ENDING) : isNear || hasKnownPrefix(name);
		})
		.map(({ name, typos, nearest }) => ({ name, nearest: typos <= name.length / 2 ? nearest : null }));
}

/** A warning of one line, for the operator. */
export function unknownVariableText({ name, nearest }: UnknownVariable): string {
	return `The variable ${name} is not known to the portal and has no effect.${nearest ? ` Did you mean ${nearest}?` : ''}`;
}

function isForeign(name: string, value: string): boolean {
	return FOREIGN.test(name) || (name.endsWith(PORT_ENDING) && SERVICE_LINK.test(value));
}

function hasKnownPrefix(name: string): boolean {
	return prefixes.has(name.slice(0, name.indexOf('_') + 1));
}

function nearestOf(name: string): { readonly nearest: string; readonly typos: number } {
	const same = candidates.find((known) => known === name.toUpperCase());
	// For example, OTLP_ENDPOINT for OTEL_EXPORTER_OTLP_ENDPOINT.
	const longer = name.length >= MIN_LENGTH ? candidates.find((known) => known.endsWith(`_${name}`)) : undefined;
	// Only secrets may be in files.
	const withoutFile = name.endsWith('_FILE') ? candidates.find((known) => name === `${known}_FILE`) : undefined;
	const meant = same ?? withoutFile ?? longer ?? continuationOf(name);
	if (meant !== undefined) return { nearest: meant, typos: 0 };
	const limit = hasKnownPrefix(name) ? name.length / 2 : MAX_TYPOS;
	const ranked = candidates.map((nearest) => ({ nearest, typos: editDistance(name, nearest, limit) }));
	return ranked.reduce((best, other) => (other.typos < best.typos ? other : best), { nearest: '', typos: Infinity });
}

/** The only known name that begins with an incomplete one, such as SESSION_IDLE_TIMEOUT for SESSION_IDLE. */
function continuationOf(name: string): string | undefined {
	if (!hasKnownPrefix(name)) return undefined;
	const [found, ...others] = candidates.filter(
		(known) => known.startsWith(`${name}_`) && !secretFileNames.includes(known)
	);
	return others.length === 0 ? found : undefined;
}

/**
 * The number of letters to insert, delete or replace (Levenshtein distance); infinite above the limit. Containers have hundreds of
 * unrelated variables: most are decided by their length or their first letters.
 */
function editDistance(from: string, to: string, limit: number): number {
	if (Math.abs(from.length - to.length) > limit) return Infinity;
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [line, letter] of [...from].entries()) {
		const next = [line + 1];
		for (let column = 0; column < to.length; column++) {
			const replaced = (row[column] ?? 0) + (letter === to[column] ? 0 : 1);
			next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
		}
		if (Math.min(...next) > limit) return Infinity;
		row = next;
	}
	return row.at(-1) ?? 0;
}

/** A setting that is valid, but has no effect, or not the intended one. */
interface SettingWarning {
	readonly message: string;
	readonly advice: string;
}

/** Variables that have an effect only together with another one. */
const DEPENDENT: readonly (readonly [name: string, needed: string, isMet: (config: Config) => boolean])[] = [
	['TRUSTED_HOPS', 'AUTH_TRUST_HOST=true', ({ trustHost }) => trustHost],
	['METRICS_HOST', 'METRICS_PORT', ({ metrics }) => metrics !== null],
	['BRAND_LOGO_DARK', 'BRAND_LOGO', ({ brand }) => brand.logo !== null],
	['RATE_LIMIT_PER_CALLER', 'API_AUDIENCE', ({ api }) => api.audience !== undefined]
];

/** What an operator has set without an effect. These are no faults, because 1.0.0 started with them. */
export function settingWarnings(environment: RawEnvironment, config: Config): SettingWarning[] {
	const isSet = (name: string) => Boolean(environment[name]?.trim());
	const alone = DEPENDENT.filter(([name, , isMet]) => isSet(name) && !isMet(config)).map(([name, needed]) => ({
		message: `${name} has no effect without ${needed}.`,
		advice: `Set ${needed}, or remove ${name}.`
	}));
	const { http, https, except } = config.proxies;
	const hasRange = (http ?? https) !== undefined && except.split(/[\s,]+/).some((entry) => entry.includes('/'));
	const name = isSet('no_proxy') ? 'no_proxy' : 'NO_PROXY';
	const range = {
		message: `${name} has an entry with a slash, such as an address range, which has no effect.`,
		advice: 'List host names, domains or single IP addresses.'
	};
	return hasRange ? [...alone, range] : alone;
}

/**
 * A warning if a proxy must be in front of the portal, which has no TLS itself, and the portal does not use the address of the client
 * that the proxy reports. Deno Deploy is no such proxy.
 */
export function distrustWarning({ secure, trustHost }: Pick<Config, 'secure' | 'trustHost'>): SettingWarning[] {
	if (!secure || trustHost) return [];
	return [
		{
			message:
				'AUTH_URL is https, so a proxy is in front of the portal, and AUTH_TRUST_HOST is false: all visitors share the address of the proxy in rate limits and the audit log.',
			advice: 'Let the proxy set X-Forwarded-For, and set AUTH_TRUST_HOST=true.'
		}
	];
}
