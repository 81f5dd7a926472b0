import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendNodeResponse } from 'srvx/node';
import { fixedHeaders } from '../../lib/server/http/fixed-headers';
import { withFixedHeaders } from '../../lib/server/http/response-headers';
import { log } from '../../lib/server/log';
import { countRefusal } from '../../lib/server/metrics';
import type { Answer } from '../answer';
import { type Respond, unbuffered } from '../application';
import { readCapped } from '../body-cap';
import type { BodyRule } from '../body-rule';
import { clientAddress, type ProxyTrust } from '../client-address';
import { isDraining } from '../drain';
import { type GateSettings, judge } from '../gate';
import { untrustedHeaders } from '../inbound-headers';
import { problemAnswer } from '../problem';
import { answerBrokenRequest } from './broken-request';
import { cleanHeaders, toRequest } from './request';

export type PortalServerSettings = GateSettings & ProxyTrust & Readonly<{ secure: boolean; connections: number }>;

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
		const verdict = judge(
			{ method: request.method ?? '', target: request.url ?? '', header: (name) => headerOf(request, name) },
			settings
		);
		if ('answer' in verdict) {
			own(response, verdict.answer);
			return;
		}

		const peer = request.socket.remoteAddress ?? '';
		const address = clientAddress(peer, headerOf(request, 'x-forwarded-for'), settings);
		cleanHeaders(request, dropped, publicHost);
		const body = await bodyOf(request, verdict.body);
		if (body === undefined) {
			own(response, problemAnswer('payload_too_large', crypto.randomUUID()));
			return;
		}
		if (request.method !== 'GET') readOff(request, response);
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

	function fail(response: ServerResponse, error: unknown): void {
		if (response.destroyed) return;
		const requestId = crypto.randomUUID();
		log.error('request failed outside the application', { requestId, error });
		if (response.headersSent) response.destroy();
		else own(response, problemAnswer('internal_error', requestId));
	}

	const onRequest = (request: IncomingMessage, response: ServerResponse) => {
		serve(request, response).catch((error: unknown) => fail(response, error));
	};
	const server = createServer({ ...LIMITS, ...limits }, onRequest);
	server.maxConnections = settings.connections;
	server.on('drop', () => countRefusal('connections_process'));
	// Without a listener Node answers an unknown Expect header by itself, again without our headers.
	server.on('checkExpectation', onRequest);
	server.on('clientError', (error, socket) => answerBrokenRequest(error, socket, fixed));
	return server;
}

/** A body of unannounced length, collected; null for any other, and `undefined` when it turns out too large. */
async function bodyOf(request: IncomingMessage, { limitBytes, streams }: BodyRule): Promise<Buffer | null | undefined> {
	if (streams || request.headers['transfer-encoding'] === undefined) return null;
	const bytes = await readCapped(request.iterator({ destroyOnReturn: false }), limitBytes);
	return bytes && Buffer.from(bytes.buffer);
}

/** What is left of a body once its answer is out: its sender may be deaf until it has sent everything. */
function readOff(request: IncomingMessage, response: ServerResponse): void {
	response.once('finish', () => request.removeAllListeners('data').resume());
}

function headerOf(request: IncomingMessage, name: string): string | null {
	const value = request.headers[name];
	return Array.isArray(value) ? value.join(', ') : (value ?? null);
}
