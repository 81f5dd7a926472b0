import { withTimeLimit } from './pause';

const TIMEOUT_MS = 10_000;
/** A person is waiting: the next attempt is never later than this, whatever the portal's `Retry-After`. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The portal cannot be reached, or is temporarily unable to respond. The caller tries again, not before `retryAfterMs`. */
interface Unreachable {
	readonly kind: 'unreachable';
	readonly retryAfterMs: number;
}

/**
 * The response of the portal itself. `json`: a 2xx status with a JSON body. `refused`: one of the portal's problems
 * (`{error, message, requestId}`) with a 4xx status other than 408 and 429, which a retry would not change.
 */
export type PortalResponse =
	| { readonly kind: 'json'; readonly status: number; readonly body: unknown }
	| { readonly kind: 'refused'; readonly status: number }
	| Unreachable;

const UNREACHABLE: Unreachable = { kind: 'unreachable', retryAfterMs: 0 };

/** Sends a request to the portal; never rejects. */
type PortalFetch = (url: string, init: RequestInit, signal: AbortSignal) => Promise<PortalResponse>;

/**
 * Creates a `PortalFetch`. Proxies, filters and captive portals may respond in the portal's place with any status. A
 * response that is not recognisably the portal's own JSON therefore counts as unreachable, redirects included. Nothing is
 * sent until a `Retry-After` of the portal has passed.
 * @param timeoutMs without a response in this time the portal counts as unreachable: a phone that changes networks leaves
 * requests hanging
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
			// No network, a timeout, a redirect, or a body that is incomplete or not JSON.
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

/** The framework's format for an error of a form action. The portal's own errors always have a request id. */
function isActionError(body: unknown): boolean {
	return isRecord(body) && body.type === 'error' && isRecord(body.error) && isText(body.error.requestId);
}

function isText(value: unknown): boolean {
	return typeof value === 'string' && value !== '';
}

/** The portal sends seconds only (RFC 9110 10.2.3). */
function retryAfterMs(headers: Headers): number {
	const text = headers.get('retry-after') ?? '';
	return /^\d+$/.test(text) ? Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS) : 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

/**
 * Whether the portal itself would respond to a navigation to `path`, a page whose GET consumes something. The portal
 * responds to `HEAD` there with 204 and runs nothing; no proxy in its place does so. Never rejects.
 */
export async function isReachable(path: string, signal: AbortSignal): Promise<boolean> {
	try {
		return await withTimeLimit(5000, signal, async (limited) => {
			const response = await fetch(path, { method: 'HEAD', redirect: 'error', signal: limited });
			return response.status === 204;
		});
	} catch {
		return false;
	}
}

/**
 * Navigates to such a page if it is reachable, and then never resolves. Resolves if the portal itself would not respond
 * there now.
 */
export async function navigateIfReachable(path: string, signal: AbortSignal): Promise<void> {
	if (!(await isReachable(path, signal)) || signal.aborted) return;
	location.assign(path);
	await new Promise(() => {});
}
