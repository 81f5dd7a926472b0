import { config } from '../config';

/** Attributes of every cookie of ours. Lax, not Strict: the returns from the STS and IDV are cross-site navigations. */
export interface CookieAttributes {
	readonly path: '/';
	readonly httpOnly: true;
	readonly sameSite: 'lax';
	readonly secure: boolean;
}

export function cookieAttributes(): CookieAttributes {
	return { path: '/', httpOnly: true, sameSite: 'lax', secure: config().secure };
}

/** The full name of a cookie of ours: under https with the `__Host-` prefix (RFC 6265bis 4.1.3.2). */
export function cookieName(name: string): string {
	return `${config().secure ? '__Host-' : ''}portal.${name}`;
}
