import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { countRefusal } from '../../lib/server/metrics';
import { type EntryProblem, refuse } from '../refusal';

/**
 * The maximum number of requests on one connection whose responses are not complete (pipelining): each takes memory. Browsers and
 * reverse proxies wait for a response before they send the next request.
 */
const MAX_PENDING = 10;

/**
 * Serves the requests of each connection one after the other. Node passes on all that arrive, and sends their responses in order: a response
 * that has to wait for another one, or for a client that reads nothing, would be held in memory.
 * @param serve serves a request, and handles its own errors
 * @param fixed the headers of every response
 */
export function inOrder(
	serve: (request: IncomingMessage, response: ServerResponse) => void,
	fixed: Readonly<Record<string, string>>
) {
	/** The responses that each connection waits for, in the order of their requests. Only the first one is being made. */
	const pending = new WeakMap<Duplex, Set<ServerResponse>>();

	return {
		onRequest: (request: IncomingMessage, response: ServerResponse): void => {
			const { socket } = request;
			// Node still parses the rest of what has arrived.
			if (socket.destroyed) return;
			const ofSocket = pending.get(socket) ?? new Set();
			if (ofSocket.size === MAX_PENDING) {
				countRefusal('requests_connection');
				socket.destroy();
				return;
			}
			pending.set(socket, ofSocket.add(response));
			response.once('close', () => {
				ofSocket.delete(response);
				const [next] = ofSocket;
				// After `Connection: close` no further request may be processed (RFC 9112 9.6).
				if (next && socket.writable) serve(next.req, next);
			});
			if (ofSocket.size === 1) serve(request, response);
		},

		onBroken: (error: Error, socket: Duplex): void =>
			refuseBrokenRequest(error, socket, pending.get(socket) ?? new Set(), fixed)
	};
}

const PROBLEM_BY_CODE: Readonly<Record<string, EntryProblem>> = {
	ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
	HPE_HEADER_OVERFLOW: 'headers_too_large'
};

/**
 * Refuses a request that Node's parser rejects or that is too slow. Node provides only the socket: nothing is known about the request,
 * and the headers below are the only ones. If the connection waits for the response to an earlier request, it is only closed: the client would
 * take what is written for that response, or for a part of it.
 */
function refuseBrokenRequest(
	error: Error & { code?: string },
	socket: Duplex,
	pending: ReadonlySet<ServerResponse>,
	fixed: Readonly<Record<string, string>>
): void {
	// The broken request itself may be pending: it then has a broken body.
	const [current, ...later] = pending;
	const isForCurrent = current === undefined || (later.length === 0 && !current.req.complete && !current.headersSent);
	if (error.code === 'ECONNRESET' || !socket.writable || !isForCurrent) {
		socket.destroy();
		return;
	}
	const problem = PROBLEM_BY_CODE[error.code ?? ''] ?? 'invalid_request';
	// Most likely a browser with too many cookies: it gets a page.
	const accept = problem === 'headers_too_large' ? 'text/html' : null;
	const header = (name: string) => (name === 'accept' ? accept : null);
	const { status, headers, body } = refuse(problem, { header, pathname: '/' });
	const lines = Object.entries({ ...fixed, ...headers, connection: 'close' })
		.map(([name, value]) => `${name}: ${value}\r\n`)
		.join('');
	socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n`);
	socket.end(body);
}
