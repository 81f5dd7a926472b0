const POLICY = 'content-security-policy';

/** The response with these headers where it has none of that name yet. */
export function withDefaultHeaders(response: Response, defaults: Readonly<Record<string, string>>): Response {
	return changed(response, (headers) => {
		for (const name in defaults) if (!headers.has(name)) headers.set(name, defaults[name] ?? '');
	});
}

/**
 * The response with the headers that every answer carries, in place of any of its own; but with its own policy, where it has
 * one. They are not asked for one by one: this is done to every answer.
 */
export function withFixedHeaders(response: Response, fixed: Readonly<Record<string, string>>): Response {
	return changed(response, (headers) => {
		for (const name in fixed) if (name !== POLICY || !headers.has(name)) headers.set(name, fixed[name] ?? '');
	});
}

/** The response with more cookies to set. */
export function withCookies(response: Response, setCookies: readonly string[]): Response {
	return changed(response, (headers) => {
		for (const setCookie of setCookies) headers.append('set-cookie', setCookie);
	});
}

/**
 * The same response, or a copy where its headers can't be changed: those that `Response.redirect`, `Response.error` and
 * `fetch` make. Copying every answer would cost more than all else that is done to it here.
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
];

/**
 * The security headers that every answer carries, by lower-case name. A page's own policy, with its nonces, takes the
 * place of the Content-Security-Policy given here, which is for all that sets none: files, redirects, errors, JSON.
 * @param secure whether the portal's public address is https
 */
export function fixedHeaders(secure: boolean): Record<string, string> {
	return {
		'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		'cross-origin-opener-policy': 'same-origin',
		'cross-origin-resource-policy': 'same-origin',
		'permissions-policy': DENIED_FEATURES.map((feature) => `${feature}=()`).join(', '),
		// Not no-referrer: that makes browsers send `Origin: null` with form posts.
		'referrer-policy': 'same-origin',
		'x-content-type-options': 'nosniff',
		'x-frame-options': 'DENY',
		...(secure ? { 'strict-transport-security': `max-age=${HSTS_SECONDS}; includeSubDomains` } : {})
	};
}

/** What a request is called: random, says nothing about anybody, and short enough to be read out on the telephone. */
export function newRequestId(): string {
	const uuid = crypto.randomUUID();
	return uuid.slice(0, 8) + uuid.slice(9, 13);
}

/**
 * The help code that a redirect of ours brought along: the id of the request that failed. Anything else that a query
 * may hold is nobody's code, and is never shown.
 */
export function helpCodeOf(text: string | null): string | null {
	return text !== null && /^[\da-f]{12}$/.test(text) ? text : null;
}
