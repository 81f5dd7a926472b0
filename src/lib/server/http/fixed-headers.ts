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
