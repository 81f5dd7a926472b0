import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fixedHeaders } from '../../lib/server/http/fixed-headers';
import { log } from '../../lib/server/log';
import type { Answer } from '../answer';
import { readCapped } from '../body-cap';
import { clientAddress, type ProxyTrust } from '../client-address';
import { isDraining } from '../drain';
import { type GateSettings, judge } from '../gate';
import { untrustedHeaders } from '../inbound-headers';
import { problemAnswer } from '../problem';
import { answerBrokenRequest } from './broken-request';
import { CLIENT_ADDRESS_HEADER, type Handler, withBody } from './adapter-request';

export type PortalServerSettings = GateSettings & ProxyTrust & { secure: boolean };

const LIMITS = {
	maxHeaderSize: 16_384,
	headersTimeout: 15_000,
	// Node looks at slow connections every 30 s by itself: those that dribble would last three times their limit.
	connectionsCheckingInterval: 2_000,
	requestTimeout: 60_000,
	// Longer than the idle time of common load balancers, so that they never reuse a connection we just closed.
	keepAliveTimeout: 65_000,
	// Node's own refusal would go out without our headers; the Host header is overwritten anyway.
	requireHostHeader: false
};

/**
 * The HTTP server around adapter-node's handler: fixed headers on every answer, and the gate in front.
 * @param limits in place of the usual ones
 */
export function createPortalServer(
	handler: Handler,
	settings: PortalServerSettings,
	limits: Partial<typeof LIMITS> = {}
): Server {
	const headers = new Map(Object.entries(fixedHeaders(settings.secure)));
	const dropped = untrustedHeaders(settings.trustHost);
	const publicHost = new URL(settings.origin).host;

	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		response.setHeaders(headers);
		if (isDraining()) response.setHeader('connection', 'close');
		const verdict = judge(
			{ method: request.method ?? '', target: request.url ?? '', header: (name) => headerOf(request, name) },
			settings
		);
		if ('answer' in verdict) {
			send(response, verdict.answer);
			return;
		}

		const peer = request.socket.remoteAddress ?? '';
		const address = clientAddress(peer, headerOf(request, 'x-forwarded-for'), settings);
		// To delete what isn't there would cost as much, and turn the headers into a slow object.
		for (const name of dropped) if (request.headers[name] !== undefined) delete request.headers[name];
		request.headers[CLIENT_ADDRESS_HEADER] = address;
		request.headers.host = publicHost;
		// Without a type adapter-node drops the body unread; as one of no known kind it is refused (RFC 9110 8.3).
		request.headers['content-type'] ||= 'application/octet-stream';
		request.url = verdict.target;

		if (verdict.body.streams) readOff(request, response);
		if (verdict.body.streams || request.headers['transfer-encoding'] === undefined) return pass(request, response);
		const body = await readCapped(request.iterator({ destroyOnReturn: false }), verdict.body.limitBytes);
		if (body) return pass(withBody(request, body), response);
		send(response, problemAnswer('payload_too_large', crypto.randomUUID()));
	}

	async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
		await handler(request, response, () => fail(response, new Error('The application gave no answer')));
	}

	const onRequest = (request: IncomingMessage, response: ServerResponse) => {
		serve(request, response).catch((error: unknown) => fail(response, error));
	};
	const server = createServer({ ...LIMITS, ...limits }, onRequest);
	// Without a listener Node answers an unknown Expect header by itself, again without our headers.
	server.on('checkExpectation', onRequest);
	server.on('clientError', (error, socket) => answerBrokenRequest(error, socket, headers));
	return server;
}

/** What is left of a body once its answer is out: its sender may be deaf until it has sent everything. */
function readOff(request: IncomingMessage, response: ServerResponse): void {
	response.once('finish', () => request.removeAllListeners('data').resume());
}

function headerOf(request: IncomingMessage, name: string): string | null {
	const value = request.headers[name];
	return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
	response.writeHead(status, headers).end(body ?? undefined);
}

function fail(response: ServerResponse, error: unknown): void {
	if (response.destroyed) return;
	const requestId = crypto.randomUUID();
	log.error('request failed outside the application', { requestId, error });
	if (response.headersSent) response.destroy();
	else send(response, problemAnswer('internal_error', requestId));
}
