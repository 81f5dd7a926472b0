import {
	createServer,
	type IncomingMessage,
	request as httpRequest,
	type RequestOptions,
	type ServerResponse
} from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from './loopback.ts';

/** Streams a request to a server and its response back, unchanged except for `options`; 502 if there is no response. */
export function passOn(request: IncomingMessage, response: ServerResponse, options: RequestOptions): void {
	const { method, url: path, headers } = request;
	const upstream = httpRequest({ host: '127.0.0.1', method, path, headers, ...options });
	upstream.once('response', (received) => {
		response.writeHead(received.statusCode ?? 502, received.rawHeaders);
		received.pipe(response);
	});
	upstream.once('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
	response.once('close', () => upstream.destroy());
	request.pipe(upstream);
}

/** A response to pass on; a test may change it. */
export interface PassingResponse {
	readonly method: string;
	readonly path: string;
	readonly requestHeaders: IncomingMessage['headers'];
	readonly requestBody: string;
	status: number;
	/** By lower-case name. */
	headers: Record<string, string>;
	body: string;
}

export interface AlteringProxy extends Listening {
	/** Changes, or records, responses from now on; null passes them on unchanged. */
	alter(change: ((response: PassingResponse) => void) | null): void;
}

/**
 * A proxy in front of a service that changes its responses, as an unusual service or gateway would.
 * @param changeRequest changes the body of each request
 */
export async function startAlteringProxy(
	target: string,
	changeRequest = (body: string): string => body
): Promise<AlteringProxy> {
	let change: ((response: PassingResponse) => void) | null = null;

	async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = 'GET', url: path = '/', headers } = request;
		const { 'transfer-encoding': _coding, 'content-length': _sent, ...kept } = headers;
		const requestBody = changeRequest(await text(request));
		const length = requestBody === '' ? {} : { 'content-length': String(Buffer.byteLength(requestBody)) };
		const received = await new Promise<IncomingMessage>((resolve, reject) => {
			httpRequest(new URL(path, target), { method, headers: { ...kept, ...length, host: new URL(target).host } })
				.once('response', resolve)
				.once('error', reject)
				.end(requestBody);
		});
		const passing: PassingResponse = {
			method,
			path,
			requestHeaders: headers,
			requestBody,
			status: received.statusCode ?? 502,
			headers: Object.fromEntries(
				Object.entries(received.headersDistinct).map(([name, values]) => [name, String(values)])
			),
			body: await text(received)
		};
		change?.(passing);
		const {
			'content-length': _length,
			'transfer-encoding': _chunked,
			connection: _connection,
			...sent
		} = passing.headers;
		response.writeHead(passing.status, sent).end(method === 'HEAD' ? undefined : passing.body);
	}

	const server = createServer((request, response) => {
		forward(request, response).catch(() => response.destroy());
	});
	return { ...(await listenOnLoopback(server)), alter: (next) => (change = next) };
}
