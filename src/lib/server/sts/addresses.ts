import type { Config } from '../config/parse';

type StsAddresses = Pick<Config['sts'], 'issuer' | 'internal'>;

/** Converts a URL of the STS to its server-to-server address: the internal address replaces the issuer as a prefix. */
export function internalUrl(url: string, sts: StsAddresses): string {
	return swapPrefix(url, withoutSlash(sts.issuer), withoutSlash(sts.internal));
}

/** Converts a URL of the STS to the address that browsers use. */
export function publicUrl(url: string, sts: StsAddresses): string {
	return swapPrefix(url, withoutSlash(sts.internal), withoutSlash(sts.issuer));
}

function swapPrefix(url: string, from: string, to: string): string {
	const rest = url.slice(from.length);
	return url.startsWith(from) && (rest === '' || /^[/?]/.test(rest)) ? to + rest : url;
}

function withoutSlash(url: string): string {
	return url.replace(/(?<!\/)\/+$/, '');
}
