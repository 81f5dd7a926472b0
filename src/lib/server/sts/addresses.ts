import type { Config } from '../config/parse';

type StsAddresses = Pick<Config['sts'], 'issuer' | 'internal'>;

/** The STS's server-to-server address for one of its URLs: the internal address replaces the issuer as a prefix. */
export function internalUrl(url: string, sts: StsAddresses): string {
	return swapPrefix(url, withoutSlash(sts.issuer), withoutSlash(sts.internal));
}

/** The address of the same thing as a browser reaches it. */
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
