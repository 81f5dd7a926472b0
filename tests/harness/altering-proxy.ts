import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

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

export interface AlteringProxy {
	/** `http://127.0.0.1:{port}` */
	readonly url: string;
	/** Changes responses from now on; null passes them on unchanged. */
	alter(change: ((response: PassingResponse) => void) | null): void;
	stop(): Promise<void>;
}

/** A proxy in front of a service that changes its responses, as an unusual service or gateway would. */
export async function startAlteringProxy(target: string): Promise<AlteringProxy> {
	let change: ((response: PassingResponse) => void) | null = null;

	async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = 'GET', url: path = '/', headers } = request;
		const { 'transfer-encoding': _coding, ...kept } = headers;
		const upstream = httpRequest(new URL(path, target), { method, headers: { ...kept, host: new URL(target).host } });
		const arrived = new Promise<IncomingMessage>((resolve, reject) =>
			upstream.once('response', resolve).once('error', reject)
		);
		const requestBody = await text(request);
		upstream.end(requestBody);
		const answer = await arrived;
		const passing: PassingResponse = {
			method,
			path,
			requestHeaders: headers,
			requestBody,
			status: answer.statusCode ?? 502,
			headers: Object.fromEntries(
				Object.entries(answer.headersDistinct).map(([name, values]) => [name, String(values)])
			),
			body: await text(answer)
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
	await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		alter: (next) => (change = next),
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}
