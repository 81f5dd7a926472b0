import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One answer, whole. */
export interface Answer {
	status: number;
	statusText: string;
	headers: Headers;
	text: string;
}

export interface Question {
	method: string;
	headers: Record<string, string>;
	body?: string | undefined;
}

/**
 * One request, exactly as it is written; redirects aren't followed and any certificate will do. Not `fetch`: that one
 * says `Sec-Fetch-Mode: cors`, whatever it is told.
 */
export function exchange(url: URL, { method, headers, body }: Question): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
		const options = { method, headers: { ...headers, ...length } };
		const request =
			url.protocol === 'https:'
				? httpsRequest(url, { ...options, rejectUnauthorized: false })
				: httpRequest(url, options);
		request.once('error', reject);
		request.once('response', (response) => {
			wholeAnswer(response).then(resolve, reject);
		});
		request.end(body);
	});
}

async function wholeAnswer(response: IncomingMessage): Promise<Answer> {
	const headers = new Headers();
	for (let index = 0; index < response.rawHeaders.length; index += 2) {
		headers.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
	}
	response.setEncoding('utf8');
	let text = '';
	const isEndless = headers.get('content-type') === 'text/event-stream';
	for await (const chunk of response) {
		text += String(chunk);
		// What comes first is all that is waited for; leaving the loop closes the connection.
		if (isEndless && text.includes('data:')) break;
	}
	return { status: response.statusCode ?? 0, statusText: response.statusMessage ?? '', headers, text };
}
