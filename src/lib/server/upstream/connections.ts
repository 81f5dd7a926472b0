import type { buildConnector as BuildConnector, Dispatcher, Pool as PoolType } from 'undici';
import { NotConnected, UpstreamError } from '../http/upstream-error';
import { log } from '../log';
import type { ClientRequest, ClientResponse, Send } from './client';
import { proxyFor, type ProxySettings } from './egress';
import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import api from 'undici/lib/api/index.js';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import DispatcherBase from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

/**
 * The part of undici that the HTTP client needs, assembled as the package's index does it. The index also loads `fetch`,
 * WebSocket, caches and mocks, which takes Deno a quarter of a second, and it sets a global dispatcher.
 */
Object.assign(DispatcherBase.prototype, api);

/** The oldest connection that a call uses, so that all calls notice a changed DNS record. */
const MAX_CONNECTION_AGE_MS = 30_000;
/** Shorter than the keep-alive time of common servers, so that they rarely close a connection that is about to be used. */
const MAX_IDLE_MS = 4000;
/** Shorter than the usual time limit of a call, so that a failed connection is distinguished from a lost response. */
const CONNECT_TIMEOUT_MS = 5000;

type Connector = BuildConnector.connector;

interface PoolEntry {
	readonly dispatcher: Dispatcher;
	readonly createdMs: number;
}

/**
 * Sends requests over pools of connections. Requests that may reuse a connection share a pool, which is replaced every
 * 30 s. Other requests each get a new connection, so that they are never written to one that the peer has just closed.
 * undici sends each request once; it does not repeat a request whose connection broke.
 * @param proxies HTTP proxies by the scheme of the upstream's URL
 * @param now a monotonic clock in milliseconds
 */
export function createConnections(proxies: ProxySettings, now: () => number = () => performance.now()): Send {
	const pools = new Map<string, PoolEntry>();

	/** @param tunnel the proxy that tunnels connections to https upstreams */
	function dispatcherFor(tunnel: string | undefined, reuse: boolean): Dispatcher {
		const key = `${reuse} ${tunnel}`;
		const current = pools.get(key);
		if (current && (!reuse || now() < current.createdMs + MAX_CONNECTION_AGE_MS)) return current.dispatcher;
		// Requests in flight finish; idle connections are closed immediately.
		current?.dispatcher.close().catch(() => {});
		const dispatcher = createDispatcher(tunnel, reuse);
		pools.set(key, { dispatcher, createdMs: now() });
		return dispatcher;
	}

	return async ({ url, method, headers, body, signal, reuse = isRead(method) }: ClientRequest) => {
		const target = new URL(url);
		const proxy = proxyFor(target, proxies);
		const isForwarded = proxy !== undefined && target.protocol === 'http:';
		const dispatcher = dispatcherFor(isForwarded ? undefined : proxy, reuse);
		const sending = dispatcher.request({
			...(isForwarded ? absoluteForm(target, new URL(proxy)) : originForm(target)),
			headers: {
				'user-agent': 'eduid-wallet-portal',
				'accept-encoding': 'identity',
				...headers,
				...(isForwarded && proxyHeaders(target, new URL(proxy)))
			},
			method,
			// undici also accepts an async iterable, and reads it at the speed of the connection. Its types do not say so.
			body: body as string | null,
			signal
		});
		const response = await sending.catch((error: unknown) => {
			throw error instanceof NotConnected ? new NotConnected(error.cause, proxy) : error;
		});
		if (isForwarded && response.statusCode === 407) {
			discard(response.body);
			throw new NotConnected(new Error('the proxy refuses its credentials'), proxy);
		}
		return toClientResponse(method, response);
	};
}

const originForm = ({ origin, pathname, search }: URL) => ({ origin, path: pathname + search });

/**
 * A plain http request is sent to the proxy in absolute form (RFC 9112 3.2.2): many proxies allow tunnels to port 443 only.
 */
const absoluteForm = ({ origin, pathname, search }: URL, proxy: URL) => ({
	origin: proxy.origin,
	path: origin + pathname + search
});

function proxyHeaders({ host }: URL, proxy: URL): Record<string, string> {
	const authorization = proxyAuthorization(proxy);
	return { host, ...(authorization !== undefined && { 'proxy-authorization': authorization }) };
}

/** Some proxies expect a token as the user name, without a password. */
function proxyAuthorization({ username, password }: URL): string | undefined {
	if (username === '') return undefined;
	const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
	return `Basic ${credentials.toString('base64')}`;
}

function createDispatcher(tunnel: string | undefined, reuse: boolean): Dispatcher {
	const options = {
		// Callers have their own time limits, for the whole exchange or for silence.
		headersTimeout: 0,
		bodyTimeout: 0,
		keepAliveTimeout: MAX_IDLE_MS,
		keepAliveMaxTimeout: MAX_IDLE_MS,
		...(!reuse && { pipelining: 0 })
	};
	const factory = (origin: string | URL, { connect, ...more }: PoolType.Options) => {
		const connector = typeof connect === 'function' ? connect : buildConnector({ timeout: CONNECT_TIMEOUT_MS });
		return new Pool(origin, { ...options, ...more, connect: reportingFailure(connector) });
	};
	if (tunnel === undefined) return new Agent({ ...options, factory });
	const token = proxyAuthorization(new URL(tunnel));
	return new ProxyAgent({
		...options,
		factory,
		uri: tunnel,
		...(token !== undefined && { token }),
		proxyTls: { timeout: CONNECT_TIMEOUT_MS },
		// The response to CONNECT is part of making a connection, so the same time limit applies.
		clientFactory: (proxy, { connect }: PoolType.Options) =>
			new Pool(proxy, { ...(connect && { connect }), headersTimeout: CONNECT_TIMEOUT_MS })
	});
}

/** Marks any error while a connection is made as {@link NotConnected}: the request was not sent. */
function reportingFailure(connect: Connector): Connector {
	return (options, callback) => {
		const fail = (cause: unknown) => {
			reportRefusedPermission(cause, options);
			callback(new NotConnected(cause), null);
		};
		try {
			connect(options, (...[error, socket]) => (error ? fail(error) : callback(null, socket)));
		} catch (error) {
			fail(error);
		}
	};
}

/** The STS's discovery document names hosts too, so the set is bounded. */
const MAX_REPORTED = 100;
const reported = new Set<string>();

/**
 * Logs a connection that Deno's permissions refuse, once per host. The permissions cover the hosts in the configuration
 * and, at start, in the STS's discovery document.
 */
function reportRefusedPermission(cause: unknown, { hostname, port, protocol }: BuildConnector.Options): void {
	if (!(cause instanceof Error) || cause.name !== 'NotCapable') return;
	const host = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
	if (reported.has(host) || reported.size >= MAX_REPORTED) return;
	reported.add(host);
	log.error('Deno does not permit connections to this host: add it to STS_HOSTS and restart', { host });
}

function toClientResponse(method: string, { statusCode, headers, body }: Dispatcher.ResponseData): ClientResponse {
	const hasBody = method !== 'HEAD' && ![204, 205, 304].includes(statusCode);
	if (!isFinalStatus(statusCode)) {
		discard(body);
		throw new UpstreamError('bad_response');
	}
	// Readers get errors from their iteration. Without a listener, an error without a reader would terminate the process.
	body.on('error', () => {});
	if (!hasBody) body.resume();
	return { status: statusCode, headers: toHeaders(headers), body: hasBody ? body : null };
}

/** Discards a body, and closes its connection. */
function discard(body: Dispatcher.ResponseData['body']): void {
	body.on('error', () => {}).destroy();
}

/** The statuses of a final response (RFC 9110 15); a `Response` cannot have any other. */
const isFinalStatus = (status: number) => status >= 200 && status <= 599;

const isRead = (method: string) => method === 'GET' || method === 'HEAD';

function toHeaders(received: Dispatcher.ResponseData['headers']): Headers {
	const headers = new Headers();
	for (const [name, value] of Object.entries(received)) {
		if (Array.isArray(value)) for (const one of value) headers.append(name, one);
		else if (value !== undefined) headers.set(name, value);
	}
	return headers;
}

const decoders = new Map<string, () => Transform>([
	['gzip', createGunzip],
	['x-gzip', createGunzip],
	['deflate', createInflate],
	['br', createBrotliDecompress]
]);
const MAX_CODINGS = 3;

/**
 * Decodes a body that was sent encoded although `identity` was requested (RFC 9110 8.4).
 * @param contentEncoding the header's value; codings are listed in the order in which they were applied
 * @throws {UpstreamError} `bad_response` for an unknown coding or too many of them; while reading, zlib's errors
 */
export function decompressed(body: AsyncIterable<Uint8Array>, contentEncoding: string): AsyncIterable<Uint8Array> {
	const codings = contentEncoding.toLowerCase().split(/[\s,]+/);
	const applied = codings.filter((coding) => coding !== '' && coding !== 'identity');
	const steps = applied.map((coding) => decoders.get(coding));
	if (steps.length > MAX_CODINGS || !steps.every((step) => step !== undefined)) throw new UpstreamError('bad_response');
	return unlessEmpty(body, (bytes) =>
		steps.reduceRight<Readable>(
			// Errors surface when the last stream is read.
			(encoded, decoder) => pipeline(encoded, decoder(), () => {}),
			Readable.from(bytes, { objectMode: false })
		)
	);
}

/** No bytes are an empty body in every coding: some servers name the coding of a body that they leave out. */
async function* unlessEmpty(body: AsyncIterable<Uint8Array>, decode: (body: AsyncIterable<Uint8Array>) => Readable) {
	const read = { bytes: 0, isComplete: false };
	async function* counted() {
		for await (const chunk of body) {
			read.bytes += chunk.byteLength;
			yield chunk;
		}
		read.isComplete = true;
	}
	try {
		yield* decode(counted()) as AsyncIterable<Uint8Array>;
	} catch (error) {
		if (read.bytes > 0 || !read.isComplete) throw error;
	}
}
