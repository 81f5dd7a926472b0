import { unixMs } from '../lib/server/clock';
import { type Exchanged, exchange as exchangeUpstream } from '../lib/server/upstream/exchange';
import { config } from '../lib/server/config';
import { internalUrl } from '../lib/server/sts/addresses';
import type { Send } from '../lib/server/upstream/client';
import { type ConnectionFailure, connectionFailure } from './connection-failure';
import { withProxy } from './egress';

const MAX_BYTES = 1024 * 1024;

/** A service's response to one request. */
export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	/** The parsed body; undefined if it is not a JSON object. */
	readonly json: Readonly<Record<string, unknown>> | undefined;
	/** How far its clock is ahead of this machine's, in seconds, accurate to about one second; null without a Date header. */
	readonly clockAheadSeconds: number | null;
}

/** A response, or the reason why there is none. */
export type Exchange = { readonly reply: Reply } | { readonly failure: ConnectionFailure };

interface PortalRequest {
	readonly method?: string;
	/** By lower-case name. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** For the whole exchange, in milliseconds. */
	readonly timeoutMs: number;
	/** Replaces the portal's HTTP client, to bypass its proxies. */
	readonly send?: Send;
}

/** Sends a request with the portal's HTTP client, with its certificates, proxies and permissions. */
export function request(url: string, { method = 'GET', ...wanted }: PortalRequest): Promise<Exchange> {
	const via = wanted.send === undefined ? url : null;
	return exchange(via, () => exchangeUpstream({ ...wanted, method, url, maxBytes: MAX_BYTES }));
}

/** Sends a request to the STS with one of the portal's own functions. @param url as in the discovery document */
export function exchangeWithSts(
	url: URL | string | undefined,
	send: () => Promise<Response | Exchanged>
): Promise<Exchange> {
	const { sts } = config();
	return exchange(internalUrl(String(url ?? sts.internal), sts), send);
}

/** Sends a request and reads its response. @param url null if the request bypasses proxies */
async function exchange(url: string | null, send: () => Promise<Response | Exchanged>): Promise<Exchange> {
	const sentMs = unixMs();
	try {
		const response = await send();
		const { status, headers } = response;
		const clockAheadSeconds = clockAhead(headers, (sentMs + unixMs()) / 2);
		const text = response instanceof Response ? await response.text() : response.text;
		return { reply: { status, headers, json: asObject(text), clockAheadSeconds } };
	} catch (error) {
		return { failure: url === null ? connectionFailure(error) : withProxy(connectionFailure(error), url) };
	}
}

/** The OAuth error code of a response (RFC 6749 5.2); null if there is none. */
export function oauthError({ json }: Reply): string | null {
	const code = json?.error;
	return typeof code === 'string' && /^[a-z_]{1,64}$/.test(code) ? code : null;
}

function clockAhead(headers: Headers, nowMs: number): number | null {
	const dateMs = Date.parse(headers.get('date') ?? '');
	if (Number.isNaN(dateMs)) return null;
	// A cache sends the time at which it received the response, and its age (RFC 9111 5.1).
	const ageMs = (Number(headers.get('age') ?? 0) || 0) * 1000;
	// The header has whole seconds: on average it is half a second behind.
	return (dateMs + ageMs + 500 - nowMs) / 1000;
}

function asObject(text: string): Reply['json'] {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}
