import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';

export interface CookielessProxy {
	/** For a browser's proxy setting. */
	url: string;
	stop(): Promise<void>;
}

/** A forward proxy that makes a browser look as if it kept no cookies for one origin; other sites keep theirs. */
export async function startCookielessProxy(origin: string): Promise<CookielessProxy> {
	const server = createServer((request, response) => forward(request, response, origin));
	await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}

function forward(request: IncomingMessage, response: ServerResponse, origin: string): void {
	const url = new URL(request.url ?? '');
	const isBlocked = url.origin === origin;
	const { cookie, ...headers } = request.headers;
	const kept = isBlocked || cookie === undefined ? headers : { ...headers, cookie };
	const upstream = httpRequest(url, { method: request.method, headers: kept }, (answer) => {
		const { 'set-cookie': setCookie, ...others } = answer.headers;
		const given = isBlocked || setCookie === undefined ? others : { ...others, 'set-cookie': setCookie };
		response.writeHead(answer.statusCode ?? 502, given);
		answer.pipe(response);
	});
	upstream.once('error', () => response.destroy());
	request.pipe(upstream);
}
