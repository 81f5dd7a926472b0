import type { Answer } from './exchange.ts';
import { exchange } from './exchange.ts';

export interface CallOptions {
	method?: string;
	json?: unknown;
	/** Win over the caller's own. */
	headers?: Record<string, string>;
}

/** A program with an access token, somewhere on a server: no browser, no cookies kept, nothing followed. */
export class Caller {
	readonly #home: string;
	readonly #token: string;

	constructor(portalUrl: string, token: string) {
		this.#home = portalUrl;
		this.#token = token;
	}

	call(path: string, { method = 'GET', json, headers = {} }: CallOptions = {}): Promise<Answer> {
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
