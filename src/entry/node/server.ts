import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendNodeResponse, NodeRequest } from 'srvx/node';
import { fixedHeaders, withFixedHeaders } from '../../lib/server/http/headers';
import { countRefusal } from '../../lib/server/metrics';
import { isDraining } from '../listen';
import {
	clientAddress,
	LINE_BYTES,
	type ProxyTrust,
	untrustedHeaders,
	type EntryResponse,
	withEntryHeaders
} from '../http';
import { checkRequest, type GateSettings, readTarget } from '../gate';
import { internalError, refuse } from '../refusal';
import { readBody } from '../request-body';
import type { Respond } from '../startup';
import { inOrder } from './pipelining';

type PortalServerSettings = GateSettings & ProxyTrust & Readonly<{ secure: boolean; connections: number }>;

const LIMITS = {
	// The gate responds with a page above half of this (`gate.ts`); Node's parser refuses what exceeds it.
	maxHeaderSize: 32_768,
	headersTimeout: 15_000,
	// Node's default of 30 s would let slow connections stay open for three times their limit.
	connectionsCheckingInterval: 2_000,
	// A limit for the whole request would end longer uploads to backends. Small bodies have their own limit
	// (`request-body.ts`), and so do streams to backends (`lib/server/backends/proxy.ts`).
	requestTimeout: 0,
	// Longer than the idle timeout of common load balancers, so that they never reuse a connection that was just closed.
	keepAliveTimeout: 65_000,
	// Node's own 400 would lack the fixed headers. The gate checks the Host header.
	requireHostHeader: false
};

/** How long the rest of an unread body may take after its response, in milliseconds. */
const UNREAD_LIMIT_MS = 60_000;

/**
 * Creates the HTTP server around the application: checks each request, and adds the fixed headers to each response.
 * @param limits override the defaults
 */
export function createPortalServer(
	respond: Respond,
	settings: PortalServerSettings,
	limits: Partial<typeof LIMITS> = {}
): Server {
	const fixed = fixedHeaders(settings.secure);
	const hiddenHeaders = untrustedHeaders(settings.trustHost);
	const publicHost = new URL(settings.origin).host;

	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const header = (name: string) => headerOf(request, name);
		const method = request.method ?? '';
		const checked = checkRequest({ method, target: request.url ?? '', header, ...headOf(request) }, settings);
		const withBody = hasBody(request);
		if (withBody) drainUnreadBody(request, response);
		if ('response' in checked) {
			send(response, checked.response);
			return;
		}

		const peer = request.socket.remoteAddress ?? '';
		const address = clientAddress(peer, headerOf(request, 'x-forwarded-for'), settings);
		cleanHeaders(request, hiddenHeaders, publicHost);
		// Before the request counts for REQUESTS_AT_ONCE: a slow sender must not occupy a slot.
		const collects = withBody && method !== 'GET' && method !== 'HEAD' && !checked.body.streams;
		const body = collects ? await readBody(chunksOf(request), checked.body.limitBytes, address) : null;
		if (body === 'aborted') {
			response.destroy();
			return;
		}
		if (typeof body === 'string') {
			send(response, refuse(body, { pathname: checked.pathname, header }));
			return;
		}
		const created = await respond(toRequest(request, response, settings.origin + checked.target, body), () => address);
		// Not set on Node's response, which would then accept only one of several Set-Cookie headers.
		const complete = withFixedHeaders(withEntryHeaders(created), fixed);
		if (isDraining()) complete.headers.set('connection', 'close');
		await sendNodeResponse(response, complete);
	}

	/** Sends a response of the entry itself. */
	function send(response: ServerResponse, { status, headers, body }: EntryResponse): void {
		const connection = isDraining() && { connection: 'close' };
		response.writeHead(status, { ...fixed, ...connection, ...headers }).end(body ?? undefined);
	}

	function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
		if (response.destroyed) return;
		const pathname = readTarget(request.url ?? '', settings.origin)?.pathname;
		const problem = internalError(error, { header: (name) => headerOf(request, name), pathname });
		if (response.headersSent) response.destroy();
		else send(response, problem);
	}

	const { onRequest, onBroken } = inOrder((request, response) => {
		serve(request, response).catch((error: unknown) => fail(request, response, error));
	}, fixed);
	const server = createServer({ ...LIMITS, ...limits }, onRequest);
	server.maxConnections = settings.connections;
	// Node drops the lines after the 1,000th by default, among them the address that a proxy adds. `maxHeaderSize` limits their size.
	server.maxHeadersCount = 0;
	server.on('drop', () => countRefusal('connections_process'));
	// Without a listener Node responds to an unknown Expect header itself, without the fixed headers.
	server.on('checkExpectation', onRequest);
	server.on('clientError', onBroken);
	return server;
}

/** A body in chunks. When it is not read to its end the connection stays open, so that the response arrives. */
function chunksOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
	return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> };
}

/** Reads the rest of a body after the response is sent, for a limited time: some clients read the response only after sending everything. */
function drainUnreadBody(request: IncomingMessage, response: ServerResponse): void {
	response.once('finish', () => {
		if (request.complete) return;
		request.removeAllListeners('data').resume();
		const limit = setTimeout(() => request.destroy(), UNREAD_LIMIT_MS).unref();
		request.once('close', () => clearTimeout(limit));
	});
}

function headerOf(request: IncomingMessage, name: string): string | null {
	const value = request.headers[name];
	return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

/**
 * Creates the application's request. Its parts are created from Node's when they are first read.
 * @param url on the public origin
 * @param body the whole body if it has been read; null if it streams or if there is none
 */
export function toRequest(
	incoming: IncomingMessage,
	response: ServerResponse,
	url: string,
	body: Uint8Array<ArrayBuffer> | null
): Request {
	if (body) Object.assign(incoming, { rawBody: Buffer.from(body.buffer) });
	const request: Request = new NodeRequest({ req: incoming, res: response });
	Object.defineProperty(request, 'url', { value: url });
	const isEmpty = body ? body.length === 0 : !hasBody(incoming);
	if (isEmpty) Object.defineProperty(request, 'body', { value: null });
	return request;
}

/** Whether a request has a body, according to its headers (RFC 9112 6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
	return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Removes headers that the application must not see, and sets the public host, in both of Node's representations of headers.
 */
export function cleanHeaders(incoming: IncomingMessage, names: readonly string[], host: string): void {
	const { headers } = incoming;
	const present = names.filter((name) => headers[name] !== undefined);
	if (present.length === 0 && headers.host === host) return;
	for (const name of present) delete headers[name];
	headers.host = host;
	incoming.rawHeaders = ['host', host, ...withoutNames(incoming.rawHeaders, new Set(['host', ...present]))];
}

/** What the gate checks in a request's head. Of several Host headers `headers.host` has only the first. */
export function headOf({ url = '', rawHeaders, httpVersion }: IncomingMessage): {
	host: string | null;
	headBytes: number;
} {
	const hosts: string[] = [];
	let headBytes = url.length;
	for (let n = 0; n < rawHeaders.length; n += 2) {
		const [name = '', value = ''] = [rawHeaders[n], rawHeaders[n + 1]];
		headBytes += name.length + value.length + LINE_BYTES;
		if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(value);
	}
	// An empty host is not valid: only HTTP/1.0 allows a request without one (RFC 9112 3.2).
	const none = httpVersion === '1.0' ? null : '';
	return { host: hosts.length > 0 ? hosts.join(', ') : none, headBytes };
}

function withoutNames(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
	return rawHeaders.filter((_, n) => !names.has((rawHeaders[n - (n % 2)] ?? '').toLowerCase()));
}
