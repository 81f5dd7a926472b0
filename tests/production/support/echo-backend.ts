import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Page } from '@playwright/test';
import { type Listening, listenOnLoopback } from '../../harness/loopback.ts';

/** The response of the echo backend, as JSON. */
interface Echo {
	readonly method: string;
	readonly path: string;
	readonly authorization: string;
	readonly body: string;
}

/** A backend that repeats what it was sent. */
export async function startEchoBackend(): Promise<Listening> {
	const server = createServer((request, response) => {
		void text(request).then((body) => {
			const { method = '', url: path = '', headers } = request;
			const echo: Echo = { method, path, authorization: headers.authorization ?? '', body };
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(echo));
		});
	});
	return listenOnLoopback(server);
}

interface Post {
	readonly method?: string;
	readonly headers?: Record<string, string>;
	readonly body?: string;
}

/** A script of the page calls a backend through the portal. */
export function callBackend(page: Page, name: string, path: string, options: Post = {}): Promise<Echo> {
	return page.evaluate(async ([address, init]) => (await fetch(address, init)).json() as Promise<Echo>, [
		`/api/backends/${name}${path}`,
		options
	] as const);
}
