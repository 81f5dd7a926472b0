/** How a service answered one question: its status, headers and JSON, if it is any. */
export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	/** The parsed body; undefined when it is no JSON object. */
	readonly json: Readonly<Record<string, unknown>> | undefined;
	/** How far its clock is ahead of ours, in seconds to about one; null when it does not say. */
	readonly clockAheadSeconds: number | null;
}

interface Question {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: URLSearchParams;
	readonly timeoutMs: number;
}

/**
 * Asks a service once; no redirect is followed.
 * @returns why there was no answer, as a short text, where there was none
 */
export async function ask(url: string, { timeoutMs, ...question }: Question): Promise<Answer | string> {
	const askedMs = Date.now();
	try {
		const response = await fetch(url, { ...question, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
		const text = await response.text();
		const dateMs = Date.parse(response.headers.get('date') ?? '');
		const middleMs = (askedMs + Date.now()) / 2;
		return {
			status: response.status,
			headers: response.headers,
			json: asObject(text),
			// The header counts whole seconds: on average it is half a second behind.
			clockAheadSeconds: Number.isNaN(dateMs) ? null : (dateMs + 500 - middleMs) / 1000
		};
	} catch (error) {
		return reasonOf(error);
	}
}

function asObject(text: string): Answer['json'] {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return 'no answer';
	if (error.name === 'TimeoutError') return 'no answer in time';
	const { cause } = error;
	return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
