import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Page } from '@playwright/test';

/** A service behind the portal that repeats what it was sent. */
export interface EchoBackend {
	readonly port: number;
	stop(): Promise<void>;
}

/** What it answers with, as JSON. */
export interface Echo {
	readonly method: string;
	readonly path: string;
	readonly authorization: string;
	readonly body: string;
}

export async function startEchoBackend(): Promise<EchoBackend> {
	const server = createServer((request, response) => {
		void text(request).then((body) => {
			const { method = '', url: path = '', headers } = request;
			const echo: Echo = { method, path, authorization: headers.authorization ?? '', body };
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(echo));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
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
