/** As `Response.json` sets them. */
export const JSON_HEADERS = { 'content-type': 'application/json' };

/** `Cache-Control` of a file whose address contains a digest of its content. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Whether an `Accept-Encoding` header names a coding, and not with a weight of 0 (RFC 9110 12.5.3). */
export function acceptsCoding(header: string | null, coding: string): boolean {
	return (header ?? '').split(',').some((item) => {
		const [name = '', ...parameters] = item.toLowerCase().split(';');
		const refused = parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
		return name.trim() === coding && !refused;
	});
}

/** A page may have its own value. */
const POLICIES = ['content-security-policy', 'permissions-policy'];

/** Adds these headers to the response, except those that it already has. */
export function withDefaultHeaders(response: Response, defaults: Readonly<Record<string, string>>): Response {
	return changed(response, (headers) => {
		for (const name in defaults) if (!headers.has(name)) headers.set(name, defaults[name] ?? '');
	});
}

/**
 * Sets the headers that every response carries, and overwrites the response's own. Only the policies that the response
 * already has are preserved. The other headers are not looked up first, because this runs for every response.
 */
export function withFixedHeaders(response: Response, fixed: Readonly<Record<string, string>>): Response {
	return changed(response, (headers) => {
		for (const name in fixed) if (!POLICIES.includes(name) || !headers.has(name)) headers.set(name, fixed[name] ?? '');
	});
}

/**
 * Adds `Set-Cookie` headers to the response. They replace its own for the same cookies: no response may set a cookie twice (RFC 6265
 * 4.1.1).
 */
export function withCookies(response: Response, setCookies: readonly string[]): Response {
	const names = new Set(setCookies.map(nameIn));
	return changed(response, (headers) => {
		const others = headers.getSetCookie().filter((setCookie) => !names.has(nameIn(setCookie)));
		headers.delete('set-cookie');
		for (const setCookie of [...others, ...setCookies]) headers.append('set-cookie', setCookie);
	});
}

/** The name of the cookie that a `Set-Cookie` header sets. */
function nameIn(setCookie: string): string {
	return setCookie.slice(0, setCookie.indexOf('='));
}

/**
 * Changes the response itself, or a copy if its headers are immutable: those that `Response.redirect`, `Response.error` and
 * `fetch` create. To copy every response would cost more than everything else that is done to it here.
 */
function changed(response: Response, change: (headers: Headers) => void): Response {
	try {
		change(response.headers);
		return response;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
	}
	const { body, status, statusText } = response;
	const headers = new Headers(response.headers);
	change(headers);
	return new Response(body, { status, statusText, headers });
}

const HSTS_SECONDS = 2 * 365 * 24 * 60 * 60;

const DENIED_FEATURES = [
	'accelerometer',
	'autoplay',
	'camera',
	'digital-credentials-get',
	'display-capture',
	'encrypted-media',
	'geolocation',
	'gyroscope',
	'magnetometer',
	'microphone',
	'midi',
	'payment',
	'usb',
	'xr-spatial-tracking'
] as const;

/** The value of `permissions-policy`: pages cannot use these features, except the allowed ones. */
export function permissionsPolicy(allowed: readonly (typeof DENIED_FEATURES)[number][] = []): string {
	return DENIED_FEATURES.map((feature) => `${feature}=(${allowed.includes(feature) ? 'self' : ''})`).join(', ');
}

/**
 * The security headers of every response, by lower-case name. A page's own Content-Security-Policy, with its nonces, and its
 * own Permissions-Policy replace those given here. These are for responses that set none: files, redirects, errors, JSON.
 * @param secure whether the portal's public address is https
 */
export function fixedHeaders(secure: boolean): Record<string, string> {
	return {
		'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		'cross-origin-opener-policy': 'same-origin',
		'cross-origin-resource-policy': 'same-origin',
		'permissions-policy': permissionsPolicy(),
		// Not no-referrer: that makes browsers send `Origin: null` with form posts.
		'referrer-policy': 'same-origin',
		'x-content-type-options': 'nosniff',
		'x-frame-options': 'DENY',
		...(secure ? { 'strict-transport-security': `max-age=${HSTS_SECONDS}; includeSubDomains` } : {})
	};
}

/** Creates a request id: random, without personal information, and short enough to be read out on the telephone. */
export function newRequestId(): string {
	const uuid = crypto.randomUUID();
	return uuid.slice(0, 8) + uuid.slice(9, 13);
}

/**
 * Validates a help code, the id of a request that failed. A redirect of the portal may have added it to a URL.
 * @returns null for any other text, so that it is never shown
 */
export function helpCodeOf(text: string | null): string | null {
	return text !== null && /^[\da-f]{12}$/.test(text) ? text : null;
}
