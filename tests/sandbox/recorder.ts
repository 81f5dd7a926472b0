import type { Exchange } from './http/exchange.ts';
import type { FaultTarget } from './scenarios.ts';

const keptRequests = 500;

export interface RecordedRequest {
	readonly target: FaultTarget | 'trap';
	readonly operation: string;
	readonly method: string;
	/** With the query, as it was received. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** Epoch milliseconds. */
	readonly at: number;
}

export interface Counts {
	/** Keyed `{target}.{operation}`, such as `bridge.status`; operations that were never called are absent. */
	readonly operations: Readonly<Record<string, number>>;
	/** Status reads per wallet session id. */
	readonly statusReads: Readonly<Record<string, number>>;
	/** Requests to the token endpoint with `grant_type=refresh_token`, granted or refused. */
	readonly refreshGrants: number;
}

/** Counts all requests, faults included, and stores the latest ones for inspection. */
export class Recorder {
	readonly #operations = new Map<string, number>();
	readonly #statusReads = new Map<string, number>();
	readonly #requests: RecordedRequest[] = [];

	note(target: RecordedRequest['target'], operation: string, { request, method, url, body }: Exchange): void {
		const name = `${target}.${operation}`;
		this.#operations.set(name, (this.#operations.get(name) ?? 0) + 1);
		const headers = Object.entries(request.headers).map(
			([key, value]) => [key, [value ?? []].flat().join(', ')] as const
		);
		this.#requests.push({
			target,
			operation,
			method,
			path: url.pathname + url.search,
			headers: Object.fromEntries<string>(headers),
			body,
			at: Date.now()
		});
		if (this.#requests.length > keptRequests) this.#requests.shift();
	}

	noteStatusRead(sessionId: string): void {
		this.#statusReads.set(sessionId, (this.#statusReads.get(sessionId) ?? 0) + 1);
	}

	counts(): Counts {
		return {
			operations: Object.fromEntries(this.#operations),
			statusReads: Object.fromEntries(this.#statusReads),
			refreshGrants: this.#operations.get('sts.token:refresh') ?? 0
		};
	}

	/** Oldest first. */
	requests(target?: string, operation?: string): RecordedRequest[] {
		return this.#requests.filter(
			(request) =>
				(target === undefined || request.target === target) &&
				(operation === undefined || request.operation === operation)
		);
	}

	clear(): void {
		this.#operations.clear();
		this.#statusReads.clear();
		this.#requests.length = 0;
	}
}
