import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A complete response. */
export interface HttpResponse {
	status: number;
	statusText: string;
	headers: Headers;
	text: string;
}

interface Question {
	method: string;
	headers: Record<string, string>;
	body?: string | undefined;
}

/**
 * Sends one request exactly as given. Redirects are not followed, and any certificate is accepted. Not with `fetch`, which
 * always sends `Sec-Fetch-Mode: cors`.
 */
export function exchange(url: URL, { method, headers, body }: Question): Promise<HttpResponse> {
	return new Promise((resolve, reject) => {
		const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
		const options = { method, headers: { ...headers, ...length } };
		const request =
			url.protocol === 'https:'
				? httpsRequest(url, { ...options, rejectUnauthorized: false })
				: httpRequest(url, options);
		request.once('error', reject);
		request.once('response', (response) => {
			wholeResponse(response).then(resolve, reject);
		});
		request.end(body);
	});
}

async function wholeResponse(response: IncomingMessage): Promise<HttpResponse> {
	const headers = new Headers();
	for (let index = 0; index < response.rawHeaders.length; index += 2) {
		headers.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
	}
	response.setEncoding('utf8');
	let text = '';
	const isEndless = headers.get('content-type') === 'text/event-stream';
	for await (const chunk of response) {
		text += String(chunk);
		// Only the first event is awaited; leaving the loop closes the connection.
		if (isEndless && text.includes('data:')) break;
	}
	return { status: response.statusCode ?? 0, statusText: response.statusMessage ?? '', headers, text };
}
