import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';

/** One exchange that passed the proxy; bytes are decoded as text. */
export interface Recorded {
	path: string;
	body: string;
	answer: string;
}

export interface RecordingProxy {
	/** `http://127.0.0.1:{port}` */
	url: string;
	/** Oldest first. */
	recorded: readonly Recorded[];
	/** Sets the target of requests from now on. */
	forwardTo(url: string): void;
	stop(): Promise<void>;
}

/** A proxy between the portal and a service behind it, which records what is sent, such as tokens. */
export async function startRecordingProxy(): Promise<RecordingProxy> {
	const recorded: Recorded[] = [];
	let target = new URL('http://127.0.0.1:9');

	async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await read(request);
		const { method, url: path = '/', headers } = request;
		const upstream = httpRequest(new URL(path, target), { method, headers: { ...headers, host: target.host } });
		const answered = new Promise<IncomingMessage>((resolve, reject) => {
			upstream.once('response', resolve).once('error', reject);
		});
		upstream.end(body);
		const answer = await answered;
		const text = await read(answer);
		recorded.push({ path, body, answer: text });
		response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
	}

	const server = createServer((request, response) => {
		forward(request, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		recorded,
		forwardTo: (url) => {
			target = new URL(url);
		},
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}

async function read(message: IncomingMessage): Promise<string> {
	let text = '';
	message.setEncoding('utf8');
	for await (const chunk of message) text += String(chunk);
	return text;
}
