import { withoutTrailingSlash } from '../config/fields';
import type { Config } from '../config/parse';

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
