import { withTimeLimit } from './pause';

const TIMEOUT_MS = 10_000;
/** A person waits: whatever the portal says, the next attempt is not later than this. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The portal can't be reached now, or says that it can't help now. The caller tries again, not before `retryAfterMs`. */
export interface Unreachable {
	readonly kind: 'unreachable';
	readonly retryAfterMs: number;
}

/**
 * What the portal itself says: `json` for a 2xx status with a JSON body, `refused` for one of its problems
 * (`{error, message, requestId}`) with a 4xx status other than 408 and 429, which a retry would not change.
 */
export type PortalResponse =
	| { readonly kind: 'json'; readonly status: number; readonly body: unknown }
	| { readonly kind: 'refused'; readonly status: number }
	| Unreachable;

export const UNREACHABLE: Unreachable = { kind: 'unreachable', retryAfterMs: 0 };

/** Sends a request to the portal; never rejects. */
export type PortalFetch = (url: string, init: RequestInit, signal: AbortSignal) => Promise<PortalResponse>;

/**
 * Makes a `PortalFetch`. Proxies, filters and captive portals may respond in the portal's place with any status: whatever is
 * not recognisably the portal's own JSON counts as unreachable, redirects included. While a `Retry-After` of the portal runs,
 * nothing is sent.
 * @param timeoutMs no response in this time counts as unreachable: a phone that changes networks leaves requests hanging
 */
export function createPortalFetch(
	fetch: typeof globalThis.fetch = globalThis.fetch,
	timeoutMs = TIMEOUT_MS
): PortalFetch {
	let retryAtMs = 0;

	return async (url, init, signal) => {
		const waitMs = retryAtMs - performance.now();
		if (waitMs > 0) return { kind: 'unreachable', retryAfterMs: waitMs };
		try {
			const response = await withTimeLimit(timeoutMs, signal, async (limited) =>
				readResponse(await fetch(url, { ...init, redirect: 'error', signal: limited }))
			);
			if (response.kind === 'unreachable') retryAtMs = performance.now() + response.retryAfterMs;
			return response;
		} catch {
			// No network, a time-out, a redirect, or a body that is cut off or no JSON.
			return UNREACHABLE;
		}
	};
}

async function readResponse(response: Response): Promise<PortalResponse> {
	const { status, ok, headers } = response;
	if (!/^application\/json\b/i.test(headers.get('content-type') ?? '')) return UNREACHABLE;
	const body: unknown = await response.json();
	if (ok) return { kind: 'json', status, body };
	if (!isProblem(body) && !isActionError(body)) return UNREACHABLE;
	const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
	return isFinal ? { kind: 'refused', status } : { kind: 'unreachable', retryAfterMs: retryAfterMs(headers) };
}

/** Error bodies of frameworks and gateways have similar members, but no such code in `error`. */
function isProblem(body: unknown): boolean {
	if (!isRecord(body)) return false;
	const { error, message, requestId } = body;
	return typeof error === 'string' && /^[a-z]+(?:_[a-z]+)*$/.test(error) && isText(message) && isText(requestId);
}

/** How the framework sends an error of a form's action to a script; the portal's errors all have a request id. */
function isActionError(body: unknown): boolean {
	return isRecord(body) && body.type === 'error' && isRecord(body.error) && isText(body.error.requestId);
}

function isText(value: unknown): boolean {
	return typeof value === 'string' && value !== '';
}

/** The portal sends seconds only (RFC 9110, 10.2.3). */
function retryAfterMs(headers: Headers): number {
	const text = headers.get('retry-after') ?? '';
	return /^\d+$/.test(text) ? Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS) : 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
