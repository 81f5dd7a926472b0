import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../../harness/loopback';

interface Received {
	readonly method: string;
	/** Path and query, as sent. */
	readonly target: string;
	readonly headers: IncomingMessage['headers'];
	readonly body: string;
}

export interface Stub {
	readonly url: string;
	readonly received: Received[];
	stop(): Promise<void>;
}

/** A real server on a free port, which ends with the test. */
export async function startStub(respond: RequestListener): Promise<Stub> {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		void text(request).then((body) => {
			received.push({ method: request.method ?? '', target: request.url ?? '', headers: request.headers, body });
			respond(request, response);
		});
	});
	const { url, stop } = await listenOnLoopback(server);
	onTestFinished(stop);
	return { url, received, stop };
}

/** The address of a server that is no longer there. */
export async function downUrl(): Promise<string> {
	const stub = await startStub(() => undefined);
	await stub.stop();
	return stub.url;
}

export function json(status: number, value: unknown): RequestListener {
	return (_request, response) => sendJson(response, status, value);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export function raw(status: number, contentType: string, body: string): RequestListener {
	return (_request, response) => {
		response.writeHead(status, { 'content-type': contentType }).end(body);
	};
}

/** Responds to each request with the next of these, then with the last for ever. */
export function inTurn(...listeners: readonly [RequestListener, ...RequestListener[]]): RequestListener {
	let turn = 0;
	return (request, response) => (listeners[Math.min(turn++, listeners.length - 1)] ?? listeners[0])(request, response);
}

export const neverResponds: RequestListener = () => undefined;

export const cutsBeforeResponding: RequestListener = (_request, response) => {
	response.destroy();
};

export const cutsMidBody: RequestListener = (_request, response) => {
	response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
	response.write('{"sessionId":', () => response.destroy());
};

export const stallsMidBody: RequestListener = (_request, response) => {
	response.writeHead(200, { 'content-type': 'application/json' });
	response.write('{"sessionId":');
};
