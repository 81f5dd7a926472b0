import * as v from 'valibot';
import { newRequestId, withFixedHeaders } from '../lib/server/http/headers';

/** Returns the value of a request header by its lower-case name; several values are joined by commas. */
export type ReadHeader = (name: string) => string | null;

/** Bytes of a header line besides name and value: colon, space and line end. */
export const LINE_BYTES = 4;

/** A response of the entry itself, in a form that both runtimes can send. Header names are lower-case. */
export interface EntryResponse {
	status: number;
	headers: Record<string, string>;
	/** `null` if there is no content: HEAD, 304. */
	body: Uint8Array<ArrayBuffer> | null;
}

/** A media type is case-insensitive, and may have parameters (RFC 9110 8.3.1). */
const EVENT_STREAM = /^text\/event-stream\s*(?:;|$)/i;

/**
 * Completes the headers of the application's response. Event streams get the header that tells reverse proxies such as nginx not to buffer
 * them. What SvelteKit creates before it calls the hooks, such as the redirect of a trailing slash, gets the headers that the hooks set.
 */
export function withEntryHeaders(response: Response): Response {
	const { headers } = response;
	if (EVENT_STREAM.test(headers.get('content-type') ?? '')) headers.set('x-accel-buffering', 'no');
	if (headers.has('x-request-id')) return response;
	return withFixedHeaders(response, { 'x-request-id': newRequestId(), 'cache-control': 'no-store' });
}

/** How far `X-Forwarded-For` is trusted. */
export interface ProxyTrust {
	trustHost: boolean;
	/** Number of reverse proxies in front of the portal that append to the header. */
	trustedHops: number;
}

const AddressSchema = v.pipe(v.string(), v.ip());

/**
 * The client's address. Entries count from the right: those to the left of our own proxies' entries are chosen by the client.
 */
export function clientAddress(peer: string, forwardedFor: string | null, trust: ProxyTrust): string {
	if (!trust.trustHost || forwardedFor === null) return peer;
	const hops = forwardedFor.split(',');
	const hop = withoutPort(hops[Math.max(0, hops.length - trust.trustedHops)] ?? '');
	return v.is(AddressSchema, hop) ? hop : peer;
}

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
	const text = entry.trim();
	const bracketed = /^\[([^\]]+)\](:\d+)?$/.exec(text)?.[1];
	return bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

/** Clients can send these, too. The portal does not need them: AUTH_URL is the only origin, and the entry determines the client's address. */
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

/** A trace context becomes the parent of the portal's spans: only a trusted proxy may send one. */
const TRACING = ['traceparent', 'tracestate', 'baggage'];

/** Lower-case names of request headers that the application must not see. */
export function untrustedHeaders(trustHost: boolean): string[] {
	return trustHost ? FORWARDING : [...FORWARDING, ...TRACING];
}
