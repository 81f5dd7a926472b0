import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeRequest } from 'srvx/node';

/**
 * The request as the application reads it, which is made up of what Node has parsed only as far as somebody asks for it.
 * @param url on the public origin
 * @param body what has been read of it already, which is all; null where it is still to come
 */
export function toRequest(
	incoming: IncomingMessage,
	response: ServerResponse,
	url: string,
	body: Uint8Array | null
): Request {
	if (body) Object.assign(incoming, { rawBody: body });
	const request: Request = new NodeRequest({ req: incoming, res: response });
	Object.defineProperty(request, 'url', { value: url });
	if (isEmpty(incoming, body)) Object.defineProperty(request, 'body', { value: null });
	return request;
}

/** Node tells an empty body from none by its headers alone (RFC 9112, 6.3). */
function isEmpty({ headers }: IncomingMessage, body: Uint8Array | null): boolean {
	if (body) return body.length === 0;
	return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/**
 * Takes out headers that the application must not see, and names the public host, in both of the forms in which Node keeps
 * headers.
 */
export function cleanHeaders(incoming: IncomingMessage, names: readonly string[], host: string): void {
	const { headers } = incoming;
	const banned = names.filter((name) => headers[name] !== undefined);
	if (banned.length === 0 && headers.host === host && hostLines(incoming.rawHeaders) === 1) return;
	for (const name of banned) delete headers[name];
	headers.host = host;
	incoming.rawHeaders = ['host', host, ...withoutNames(incoming.rawHeaders, new Set(['host', ...banned]))];
}

/** Of several hosts Node tells the first, and keeps them all. */
function hostLines(rawHeaders: readonly string[]): number {
	return rawHeaders.filter((text, n) => n % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host').length;
}

function withoutNames(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
	return rawHeaders.filter((_, n) => !names.has((rawHeaders[n - (n % 2)] ?? '').toLowerCase()));
}
