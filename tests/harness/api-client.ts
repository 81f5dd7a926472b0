import type { HttpResponse } from './exchange.ts';
import { exchange } from './exchange.ts';

interface CallOptions {
	method?: string;
	json?: unknown;
	/** Override the client's own headers. */
	headers?: Record<string, string>;
}

/** A server-side program with an access token. It is not a browser: it stores no cookies and follows no redirects. */
export class ApiClient {
	readonly #home: string;
	readonly #token: string;

	constructor(portalUrl: string, token: string) {
		this.#home = portalUrl;
		this.#token = token;
	}

	call(path: string, { method = 'GET', json, headers = {} }: CallOptions = {}): Promise<HttpResponse> {
		return exchange(new URL(path, this.#home), {
			method,
			body: json === undefined ? undefined : JSON.stringify(json),
			headers: {
				authorization: `Bearer ${this.#token}`,
				...(json !== undefined && { 'content-type': 'application/json' }),
				...headers
			}
		});
	}
}
