import { IncomingMessage, type ServerResponse } from 'node:http';

/** The middleware that adapter-node builds. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => unknown;

/** Carries the address that we determined to adapter-node; whatever a caller sends under this name is overwritten. */
export const CLIENT_ADDRESS_HEADER = 'x-portal-client-address';

/** The same request with a body that has been read already. */
export function withBody(request: IncomingMessage, body: Uint8Array): IncomingMessage {
	const copy = new IncomingMessage(request.socket);
	copy.method = request.method ?? 'GET';
	copy.url = request.url ?? '/';
	copy.httpVersion = request.httpVersion;
	copy.httpVersionMajor = request.httpVersionMajor;
	copy.httpVersionMinor = request.httpVersionMinor;
	copy.headers = { ...request.headers, 'content-length': String(body.length) };
	delete copy.headers['transfer-encoding'];
	copy.push(body);
	copy.push(null);
	// An IncomingMessage that ends without it counts as cut off, and takes the socket down.
	copy.complete = true;
	return copy;
}
