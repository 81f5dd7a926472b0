import type { Config } from './parse';

type Variables = Readonly<Record<string, string | undefined>>;

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
export function settingWarnings(environment: Variables, config: Config): SettingWarning[] {
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
