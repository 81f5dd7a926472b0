import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeRequest } from 'srvx/node';

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
export function hasBody({ headers }: IncomingMessage): boolean {
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

/** Bytes of a header line besides name and value: colon, space and line end. */
const LINE_BYTES = 4;

/** What the gate checks in a request's head. Of several Host headers `headers.host` has only the first. */
export function headOf({ url = '', rawHeaders }: IncomingMessage): { host: string | null; headBytes: number } {
	const hosts: string[] = [];
	let headBytes = url.length;
	for (let n = 0; n < rawHeaders.length; n += 2) {
		const [name = '', value = ''] = [rawHeaders[n], rawHeaders[n + 1]];
		headBytes += name.length + value.length + LINE_BYTES;
		if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(value);
	}
	return { host: hosts.length > 0 ? hosts.join(', ') : null, headBytes };
}

function withoutNames(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
	return rawHeaders.filter((_, n) => !names.has((rawHeaders[n - (n % 2)] ?? '').toLowerCase()));
}
