import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { sendNodeResponse } from 'srvx/node';
import { fixedHeaders } from '../../lib/server/http/fixed-headers';
import { withFixedHeaders } from '../../lib/server/http/response-headers';
import { countRefusal } from '../../lib/server/metrics';
import type { Answer } from '../http';
import { type Respond, unbuffered } from '../startup';
import { collectBody } from '../request-body';
import { clientAddress, type ProxyTrust, untrustedHeaders } from '../forwarded';
import { isDraining } from '../drain';
import { type GateSettings, judge } from '../gate';
import { type EntryProblem, internalError, refuse } from '../refusal';
import { cleanHeaders, hasBody, headOf, toRequest } from './request';
import type { Duplex } from 'node:stream';

type PortalServerSettings = GateSettings & ProxyTrust & Readonly<{ secure: boolean; connections: number }>;

const LIMITS = {
	// The gate refuses less than that with a page (`gate.ts`); what is more gets no further than the parser.
	maxHeaderSize: 32_768,
	headersTimeout: 15_000,
	// Node looks at slow connections every 30 s by itself: those that dribble would last three times their limit.
	connectionsCheckingInterval: 2_000,
	// A limit for the whole request would end uploads to services that take longer. Small bodies have a limit of their own
	// (`request-body.ts`), streams to services as well (`lib/server/backends/body.ts`).
	requestTimeout: 0,
	// Longer than the idle time of common load balancers, so that they never reuse a connection we just closed.
	keepAliveTimeout: 65_000,
	// Node's own refusal would go out without our headers; the Host header is overwritten anyway.
	requireHostHeader: false
};

/** How long the rest of a body that nobody wants may take, once its response is sent. */
const UNREAD_LIMIT_MS = 60_000;

/**
 * The HTTP server around the application: fixed headers on every answer, and the gate in front.
 * @param limits in place of the usual ones
 */
export function createPortalServer(
	respond: Respond,
	settings: PortalServerSettings,
	limits: Partial<typeof LIMITS> = {}
): Server {
	const fixed = fixedHeaders(settings.secure);
	const dropped = untrustedHeaders(settings.trustHost);
	const publicHost = new URL(settings.origin).host;

	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const header = (name: string) => headerOf(request, name);
		const method = request.method ?? '';
		const verdict = judge({ method, target: request.url ?? '', header, ...headOf(request) }, settings);
		const withBody = hasBody(request);
		if (withBody) readOff(request, response);
		if ('answer' in verdict) {
			own(response, verdict.answer);
			return;
		}

		const peer = request.socket.remoteAddress ?? '';
		const address = clientAddress(peer, headerOf(request, 'x-forwarded-for'), settings);
		cleanHeaders(request, dropped, publicHost);
		// Before the request counts: a slot of REQUESTS_AT_ONCE is for work, not for a sender that stops amid its body.
		const collects = withBody && method !== 'GET' && method !== 'HEAD' && !verdict.body.streams;
		const body = collects ? await collectBody(piecesOf(request), verdict.body.limitBytes) : null;
		if (body === 'aborted') {
			response.destroy();
			return;
		}
		if (typeof body === 'string') {
			own(response, refuse(body, { pathname: verdict.pathname, header }));
			return;
		}
		const answer = await respond(toRequest(request, response, settings.origin + verdict.target, body), () => address);
		// Not set on Node's response: beside headers that it has already, Node takes but one cookie.
		const whole = withFixedHeaders(unbuffered(answer), fixed);
		if (isDraining()) whole.headers.set('connection', 'close');
		await sendNodeResponse(response, whole);
	}

	/** An answer of the entry itself. */
	function own(response: ServerResponse, { status, headers, body }: Answer): void {
		const connection = isDraining() && { connection: 'close' };
		response.writeHead(status, { ...fixed, ...connection, ...headers }).end(body ?? undefined);
	}

	function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
		if (response.destroyed) return;
		const answer = internalError(error, { header: (name) => headerOf(request, name) });
		if (response.headersSent) response.destroy();
		else own(response, answer);
	}

	const onRequest = (request: IncomingMessage, response: ServerResponse) => {
		serve(request, response).catch((error: unknown) => fail(request, response, error));
	};
	const server = createServer({ ...LIMITS, ...limits }, onRequest);
	server.maxConnections = settings.connections;
	server.on('drop', () => countRefusal('connections_process'));
	// Without a listener Node answers an unknown Expect header by itself, again without our headers.
	server.on('checkExpectation', onRequest);
	server.on('clientError', (error, socket) => refuseBrokenRequest(error, socket, fixed));
	return server;
}

/** Left where it is, the rest of a body does not take the connection down with it, and the response arrives. */
function piecesOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
	return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> };
}

/** Reads what is left of a body once its response is sent, for some time: some clients read nothing before they have sent all. */
function readOff(request: IncomingMessage, response: ServerResponse): void {
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

const PROBLEM_BY_CODE: Readonly<Record<string, EntryProblem>> = {
	ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
	HPE_HEADER_OVERFLOW: 'headers_too_large'
};

/**
 * Refuses bytes that Node's parser does not take for a request, or for too much of one. Node hands over the bare socket: nothing is
 * known of the request, and no header is sent but these.
 */
function refuseBrokenRequest(
	error: Error & { code?: string },
	socket: Duplex,
	fixed: Readonly<Record<string, string>>
): void {
	if (error.code === 'ECONNRESET' || !socket.writable) {
		socket.destroy();
		return;
	}
	const problem = PROBLEM_BY_CODE[error.code ?? ''] ?? 'invalid_request';
	// So many headers are a browser's, full of cookies.
	const accept = problem === 'headers_too_large' ? 'text/html' : null;
	const { status, headers, body } = refuse(problem, { header: (name) => (name === 'accept' ? accept : null) });
	const lines = Object.entries({ ...fixed, ...headers, connection: 'close' })
		.map(([name, value]) => `${name}: ${value}\r\n`)
		.join('');
	socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n`);
	socket.end(body);
}
