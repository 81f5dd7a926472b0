import { config } from '../config';

/** One request to a service behind the portal. */
export interface ClientRequest {
	/** `http:` or `https:`. */
	readonly url: URL | string;
	readonly method: string;
	/** By lower-case name. `accept-encoding` is `identity` by default. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** An iterable is sent as it is produced; an error that it throws aborts the request. */
	readonly body?: string | AsyncIterable<Uint8Array> | null | undefined;
	readonly signal: AbortSignal;
	/**
	 * Whether the request may be sent over a connection that has been used before. Default: GET and HEAD only. Set it to
	 * false for a GET that consumes something, such as an authorization code.
	 */
	readonly reuse?: boolean | undefined;
}

/** A final response, with a status from 200 to 599. A `Response` has this shape too. */
export interface ClientResponse {
	readonly status: number;
	readonly headers: Headers;
	/** The bytes as sent, in the encoding that `content-encoding` names. Abort the request to leave it unread. */
	readonly body: AsyncIterable<Uint8Array> | null;
}

/**
 * Sends a request at most once and does not follow redirects.
 * @throws {UpstreamError} `bad_response`, {NotConnected}, the signal's reason, or an error of the connection
 */
export type Send = (request: ClientRequest) => Promise<ClientResponse>;

let connections: Promise<Send> | undefined;

/**
 * The HTTP client for all calls to the STS, the Auth Bridge and backends, the same on Node and on Deno. The first call
 * loads undici, so that the start does not have to.
 */
export const send: Send = async (request) => {
	connections ??= import('./connections').then(({ createConnections }) => createConnections(config().proxies));
	return (await connections)(request);
};
