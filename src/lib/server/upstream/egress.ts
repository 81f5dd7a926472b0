import { withoutTrailingSlash } from '../config/fields';
import type { Config } from '../config/parse';

/** HTTP proxies by the scheme of the upstream's URL, and the hosts that are reached directly. */
export interface ProxySettings {
	/** `http:` or `https:` URL, with credentials if needed. */
	readonly http: string | undefined;
	readonly https: string | undefined;
	/** In the format of `NO_PROXY`: hosts, which include their subdomains, optionally with a port; `*` for all. */
	readonly except: string;
}

/** The proxy for requests to a URL; undefined for a direct connection. */
export function proxyFor(url: URL, { http, https, except }: ProxySettings): string | undefined {
	const proxy = url.protocol === 'https:' ? https : http;
	return proxy === undefined || isExcepted(url, except) ? undefined : proxy;
}

function isExcepted({ hostname, port, protocol }: URL, except: string): boolean {
	const own = normalized(hostname);
	const ownPort = port || (protocol === 'https:' ? '443' : '80');
	return except.split(/[\s,]+/).some((entry) => {
		if (entry === '*') return true;
		const [, host = '', onlyPort = ownPort] = /^(.*?)(?::(\d+))?$/.exec(withBrackets(entry)) ?? [];
		const name = normalized(host.replace(/^\*?\./, ''));
		return name !== '' && onlyPort === ownPort && (own === name || own.endsWith(`.${name}`));
	});
}

/**
 * A host as the URL parser writes it, such as `[::1]` for `[0:0:0:0:0:0:0:1]`, without the trailing dot of an absolute
 * name.
 */
function normalized(host: string): string {
	const name = host.replace(/\.$/, '').toLowerCase();
	return name.startsWith('[') && URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : name;
}

/** IPv6 addresses may be written without brackets; they then have no port. */
function withBrackets(entry: string): string {
	return !entry.startsWith('[') && entry.split(':').length > 2 ? `[${entry}]` : entry;
}

type StsAddresses = Pick<Config['sts'], 'issuer' | 'internal'>;

/** Converts a URL of the STS to its server-to-server address: the internal address replaces the issuer as a prefix. */
export function internalUrl(url: string, sts: StsAddresses): string {
	return swapPrefix(url, withoutTrailingSlash(sts.issuer), withoutTrailingSlash(sts.internal));
}

/** Converts a URL of the STS to the address that browsers use. */
export function publicUrl(url: string, sts: StsAddresses): string {
	return swapPrefix(url, withoutTrailingSlash(sts.internal), withoutTrailingSlash(sts.issuer));
}

function swapPrefix(url: string, from: string, to: string): string {
	const rest = url.slice(from.length);
	return url.startsWith(from) && (rest === '' || /^[/?]/.test(rest)) ? to + rest : url;
}

/**
 * Whether a text from outside is the configured issuer. Compared as URLs, as oauth4webapi compares the issuer in discovery:
 * `https://sts.example` and `https://sts.example/` are the same.
 */
export function isSameIssuer(text: unknown, issuer: string): boolean {
	return typeof text === 'string' && URL.canParse(text) && new URL(text).href === new URL(issuer).href;
}

/** The path of an issuer's discovery document, below its URL (OpenID Connect Discovery 4). */
export const DISCOVERY_PATH = '/.well-known/openid-configuration';

export function discoveryUrl(issuer: string): string {
	return `${withoutTrailingSlash(issuer)}${DISCOVERY_PATH}`;
}
