import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { type Listening, listenOnLoopback } from '../../harness/loopback.ts';

interface Forwarding {
	readonly requestHeaders?: (url: URL, headers: IncomingMessage['headers']) => IncomingMessage['headers'];
	readonly respond: (url: URL, upstream: IncomingMessage, response: ServerResponse) => void;
}

/** Makes a browser look as if it kept no cookies for one origin; other sites keep theirs. */
export function startCookielessProxy(origin: string): Promise<Listening> {
	return startProxy({
		requestHeaders: (url, { cookie, ...headers }) =>
			url.origin === origin || cookie === undefined ? headers : { ...headers, cookie },
		respond: (url, upstream, response) => {
			const { 'set-cookie': setCookie, ...others } = upstream.headers;
			const given = url.origin === origin || setCookie === undefined ? others : { ...others, 'set-cookie': setCookie };
			response.writeHead(upstream.statusCode ?? 502, given);
			upstream.pipe(response);
		}
	});
}

/** Passes the head of an event stream on at once, and never its body, as IIS ARR and Azure do. */
export function startBufferingProxy(): Promise<Listening> {
	return startProxy({
		respond: (_url, upstream, response) => {
			response.writeHead(upstream.statusCode ?? 502, upstream.headers);
			response.flushHeaders();
			if (!upstream.headers['content-type']?.startsWith('text/event-stream')) upstream.pipe(response);
			response.once('close', () => upstream.destroy());
		}
	});
}

async function startProxy({ requestHeaders = (_url, headers) => headers, respond }: Forwarding): Promise<Listening> {
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? '');
		const { method } = request;
		const upstream = httpRequest(url, { method, headers: requestHeaders(url, request.headers) }, (received) =>
			respond(url, received, response)
		);
		upstream.once('error', () => response.destroy());
		request.pipe(upstream);
	});
	return listenOnLoopback(server);
}
