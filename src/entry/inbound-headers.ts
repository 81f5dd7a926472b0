/** Said by proxies, or by anybody: AUTH_URL is the only origin, and the client's address is known by now. */
const FORWARDING = [
	'forwarded',
	'via',
	'x-forwarded-for',
	'x-forwarded-host',
	'x-forwarded-port',
	'x-forwarded-prefix',
	'x-forwarded-proto',
	'x-forwarded-protocol',
	'x-forwarded-scheme',
	'x-forwarded-server',
	'x-forwarded-ssl',
	'x-original-host',
	'x-original-url',
	'x-real-ip',
	'x-rewrite-url'
];

/** A browser's trace context would become the parent of our spans; a trusted proxy's may. */
const TRACING = ['traceparent', 'tracestate', 'baggage'];

/** Lower-case names of request headers that the application must not see. */
export function untrustedHeaders(trustHost: boolean): string[] {
	return trustHost ? FORWARDING : [...FORWARDING, ...TRACING];
}
