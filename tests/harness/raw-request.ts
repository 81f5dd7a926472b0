import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';

interface RawResponse {
	status: number;
	headers: IncomingHttpHeaders;
	body: string;
}

interface RawRequest {
	method?: string;
	path: string;
	/** Also headers that `fetch` does not allow, such as Host. */
	headers?: Record<string, string>;
	/** Sent piece by piece; chunked without a Content-Length header. */
	body?: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
}

/** Sends one request, exactly as given, on a new connection. */
export function rawRequest(
	port: number,
	{ method = 'GET', path, headers = {}, body = [] }: RawRequest
): Promise<RawResponse> {
	return new Promise((resolve, reject) => {
		const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
		request.once('error', reject);
		request.once('response', (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.once('error', reject);
			response.once('end', () => {
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					body: Buffer.concat(chunks).toString()
				});
			});
		});
		send(request, body).catch(reject);
	});
}

async function send(request: ReturnType<typeof httpRequest>, body: NonNullable<RawRequest['body']>): Promise<void> {
	for await (const piece of body) request.write(piece);
	request.end();
}
