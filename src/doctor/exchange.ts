import { unixMs } from '../lib/server/clock';
import { type Exchanged, exchange as exchangeUpstream } from '../lib/server/http/upstream';
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
	/** The parsed body; undefined when it is not a JSON object. */
	readonly json: Readonly<Record<string, unknown>> | undefined;
	/** How far its clock is ahead of ours, in seconds, exact to about one; null when it does not send its time. */
	readonly clockAheadSeconds: number | null;
}

/** A response, or why there was none. */
export type Exchange = { readonly reply: Reply } | { readonly failure: ConnectionFailure };

interface PortalRequest {
	readonly method?: string;
	/** By lower-case name. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** For the whole exchange, in milliseconds. */
	readonly timeoutMs: number;
	/** In place of the portal's HTTP client: without its proxies. */
	readonly send?: Send;
}

/** A request with the portal's own HTTP client, so with its certificates, proxies and permissions. */
export function request(url: string, { method = 'GET', ...wanted }: PortalRequest): Promise<Exchange> {
	const via = wanted.send === undefined ? url : null;
	return exchange(via, () => exchangeUpstream({ ...wanted, method, url, maxBytes: MAX_BYTES }));
}

/** The same for a request that the portal's own functions send to the STS. @param url as its metadata names it */
export function exchangeWithSts(
	url: URL | string | undefined,
	send: () => Promise<Response | Exchanged>
): Promise<Exchange> {
	const { sts } = config();
	return exchange(internalUrl(String(url ?? sts.internal), sts), send);
}

/** Sends one request and reads its response. @param url of the request; null for one that goes by no proxy */
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

/** The OAuth error code of a response (RFC 6749 5.2), for comparing and showing; null where there is none. */
export function oauthError({ json }: Reply): string | null {
	const code = json?.error;
	return typeof code === 'string' && /^[a-z_]{1,64}$/.test(code) ? code : null;
}

function clockAhead(headers: Headers, nowMs: number): number | null {
	const dateMs = Date.parse(headers.get('date') ?? '');
	if (Number.isNaN(dateMs)) return null;
	// A cache tells the time at which it got the response, and how long ago that was (RFC 9111 5.1).
	const ageMs = (Number(headers.get('age') ?? 0) || 0) * 1000;
	// The header counts whole seconds: on average it is half a second behind.
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
