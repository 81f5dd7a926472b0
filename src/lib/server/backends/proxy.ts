import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { exchangedAuthorization, userAuthorization } from '../auth/user-token';
import type { Backend } from '../config/backends';
import { discard } from '../http/endpoint';
import { isProblem, Problem, type ProblemCode, toProblem } from '../http/problem';
import { UpstreamError } from '../http/upstream-error';
import { proxyRequest, type ByteChunks } from '../upstream/proxy';
import type { UpstreamAuthorization } from '../upstream/client';
import { log } from '../log';
import { serviceAuthorization } from '../sts/service-token';
import { upstreamCall } from '../upstream/tracing';
import { countedResponse, countedUpload } from './in-progress';
import { responseHeaders, requestHeaders, backendTarget, ownPath } from './rewriting';
import { challengedSignIn, refusedSignIn } from './step-up';
import { config } from '../config';
import { createByteBuffer, inTurns, unreadable } from '../http/body';
import { withinLimit } from '../clock';
import { BODY_LIMIT_BYTES } from '../config/fields';

type ForwardEvent = Pick<RequestEvent, 'request' | 'locals' | 'url'>;

/**
 * Forwards a request to a backend of the institution, with the token that the configuration names, and returns its response.
 * If the backend refuses the token, the request is sent once more with a new one, unless its body is streamed (`streamsBody`).
 * A page that needs a stronger or newer sign-in leads to it.
 * @throws {Problem} `not_found` for an invalid path, `unauthorized` without a session if the backend gets the user's token,
 * `insufficient_user_authentication`, `payload_too_large`, `rate_limited` or `busy` for too many requests in progress, or the error of the
 * backend
 */
export async function forward(event: ForwardEvent, backend: Backend): Promise<Response> {
	const refused = refusedSignIn(event, backend);
	if (refused) return refused;
	const { locals, request } = event;
	return countedResponse(locals, backend.name, () =>
		streamsBody(request) ? countedUpload(locals, () => forwardOne(event, backend)) : forwardOne(event, backend)
	);
}

async function forwardOne(event: ForwardEvent, backend: Backend): Promise<Response> {
	const { request, locals, url } = event;
	const { name, timeoutMs, maxRequestBytes, maxAnswerBytes } = backend;
	const { requestId } = locals;
	const { method, signal } = request;
	const target = backendTarget(backend.url, url.pathname, url.search);
	const credential = authorizationFor(backend, locals);
	const body = await bodyOf(request, maxRequestBytes);

	const ask = (authorization: string | undefined) =>
		upstreamCall({ upstream: 'backend', operation: name, traceparent: locals.traceparent() }, (traceparent) =>
			proxyRequest({
				method,
				url: target,
				headers: requestHeaders(request.headers, body !== null, { authorization, requestId, traceparent }),
				body: body?.chunks ?? null,
				timeoutMs,
				maxRequestBytes,
				maxResponseBytes: maxAnswerBytes,
				signal,
				onBreak: ({ code, facts }) => log.warn('a response was cut off', { ...facts, requestId, code, backend: name })
			})
		).catch((error: unknown) => {
			if (!(error instanceof UpstreamError)) throw error;
			const { code, facts } = toProblem(error);
			throw new Problem(code, { facts: { ...facts, backend: name } });
		});

	const refused = (reason: string) =>
		audit('backend.refused', { ...locals.session, client: locals.apiClient?.clientId, backend: name, reason }, locals);
	/** The STS denies the person a token for the backend. */
	const denied = (error: unknown): never => {
		if (isProblem(error, 'forbidden')) refused('exchange_denied');
		throw error;
	};

	let response = await ask(await credential?.current().catch(denied));
	const isTokenRefused = refusesToken(response);
	// Such a response is never forwarded.
	if (isTokenRefused) discard(response);
	const refreshed = isTokenRefused ? await credential?.refresh().catch(denied) : null;
	if (refreshed) {
		// A streamed body cannot be sent again. The caller can retry, and the retry uses the new token.
		if (body?.repeatable === false)
			throw new Problem('upstream_unavailable', { facts: { backend: name, status: 401 } });
		response = await ask(refreshed);
	}
	if (response.status === 401 || response.status === 403) refused(`status_${response.status}`);
	const challenged = await challengedSignIn(event, backend, response);
	if (challenged) return challenged;
	await assertForwardable(response, name);
	// Deno sends a 205 without the length that ends it (RFC 9112 6.3), so that clients would wait for a body.
	const status = response.status === 205 ? 204 : response.status;
	const location = response.headers.get('location');
	const own = location === null ? null : ownPath(name, backend.url, location, target);
	const headers = responseHeaders(response, own);
	if (isKnown(request, response)) {
		discard(response);
		return new Response(null, { status: 304, headers });
	}
	return new Response(method === 'HEAD' ? null : response.body, { status, headers });
}

/** Whether Kit responds with 304 in place of this response. It would not cancel the body. */
function isKnown(request: Request, { status, headers }: Response): boolean {
	const known = request.headers.get('if-none-match')?.replace(/^W\/(?=")/, '');
	return status === 200 && known !== undefined && known === headers.get('etag');
}

function authorizationFor(backend: Backend, locals: App.Locals): UpstreamAuthorization | undefined {
	const { token, tokenScope: scope, tokenAudience: audience, tokenResource: resource } = backend;
	if (token === 'none') return undefined;
	if (token === 'service') return serviceAuthorization({ scope, audience, resource });
	if (!locals.session) throw new Problem('unauthorized');
	if (token === 'exchange') return exchangedAuthorization(locals, locals.session, { scope, audience, resource });
	return userAuthorization(locals, locals.session);
}

export function backendNamed(name: string): Backend | undefined {
	return config().backends.find((backend) => backend.name === name);
}

/** The methods that a backend route accepts: the configured ones, HEAD if GET is one, and OPTIONS, which the portal handles. */
export function allowedMethods({ methods }: Pick<Backend, 'methods'>): readonly string[] {
	return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).concat('OPTIONS');
}

/** Whether a new token may help: a 401 whose Bearer challenge has `invalid_token` or no error code (RFC 6750 3.1). */
export function refusesToken({ status, headers }: Response): boolean {
	const challenge = headers.get('www-authenticate') ?? 'Bearer';
	const reason = /\berror="?([\w-]+)/i.exec(challenge)?.[1] ?? 'invalid_token';
	return status === 401 && /\bbearer\b/i.test(challenge) && reason === 'invalid_token';
}

/**
 * Rejects a response that must not be forwarded. The credential is the portal's, so a refusal of it (401, 407) means
 * nothing to the caller. The backend's own error responses (5xx) are not disclosed.
 * @throws {Problem} `upstream_invalid`, `upstream_unavailable` or `upstream_timeout`
 */
export async function assertForwardable(response: Response, backend: string): Promise<void> {
	const code = faultOf(response.status);
	if (code === null) return;
	await response.body?.cancel();
	const wait = response.headers.get('retry-after') ?? '';
	throw new Problem(code, {
		facts: { backend, status: response.status },
		...(code === 'upstream_unavailable' && /^\d{1,5}$/.test(wait) && { headers: { 'retry-after': wait } })
	});
}

function faultOf(status: number): ProblemCode | null {
	if (status === 503) return 'upstream_unavailable';
	if (status === 504) return 'upstream_timeout';
	return status === 401 || status === 407 || status >= 500 ? 'upstream_invalid' : null;
}

/** The longest pause of a sender within a body, in milliseconds, and its minimum average rate. */
const MAX_SILENCE_MS = 30_000;
const MIN_BYTES_PER_SECOND = 500;

interface ForwardedBody {
	readonly chunks: ByteChunks;
	readonly repeatable: boolean;
}

/**
 * Whether a body is forwarded as it arrives. A body that announces a small size is buffered, so that it can be sent again with
 * a new token: the server entry has already collected it. All others, also those without `Content-Length`, are streamed.
 */
export function streamsBody({ body, headers }: Pick<Request, 'body' | 'headers'>): boolean {
	const announced = headers.get('content-length');
	return body !== null && (announced === null || Number(announced) > BODY_LIMIT_BYTES);
}

/**
 * The body of a request, for forwarding to a backend. Null if there is none.
 * @throws {Problem} `payload_too_large` if the announced size exceeds `maxBytes`; `invalid_request` if a body breaks off and
 * `request_timeout` if it is too slow, also later while `chunks` is read
 */
export async function bodyOf(request: Request, maxBytes: number): Promise<ForwardedBody | null> {
	if (!request.body) return null;
	const announced = request.headers.get('content-length');
	if (Number(announced) > maxBytes) throw new Problem('payload_too_large');
	const chunks = byteChunksOf(request.body);
	if (Number(announced) > BODY_LIMIT_BYTES) return { chunks, repeatable: false };
	if (announced === null) return unannounced(chunks);
	const buffer = createByteBuffer(BODY_LIMIT_BYTES);
	for await (const chunk of chunks) if (!buffer.append(chunk)) throw new Problem('payload_too_large');
	return { chunks: [buffer.toBytes()], repeatable: true };
}

/** A body of unknown size. On Deno, only reading shows that a body is empty: it ends immediately, or its first chunk is empty. */
async function unannounced(chunks: AsyncGenerator<Uint8Array>): Promise<ForwardedBody | null> {
	const first = await chunks.next();
	if (first.done) return null;
	async function* all(start: Uint8Array) {
		yield start;
		yield* chunks;
	}
	return { chunks: all(first.value), repeatable: false };
}

/**
 * Yields the chunks of a body as they arrive. Only the time spent waiting for the sender counts. The body may be as long as its
 * backend allows, but a sender that is silent, or sends a byte now and then, cannot keep a request open for long.
 * @throws {Problem} `request_timeout`, or `invalid_request` for a body that breaks off
 */
async function* byteChunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	// Cancelling the body would close the caller's connection before the error response is sent.
	const chunks = inTurns(body.values({ preventCancel: true }));
	let creditMs = MAX_SILENCE_MS;
	for (;;) {
		const sinceMs = performance.now();
		const next = await withinLimit(chunks.next(), Math.max(0, creditMs)).catch(fault);
		if (next.done) return;
		const { byteLength } = next.value;
		const earnedMs = (byteLength / MIN_BYTES_PER_SECOND) * 1000;
		creditMs = Math.min(MAX_SILENCE_MS, creditMs - (performance.now() - sinceMs) + earnedMs);
		if (byteLength > 0) yield next.value;
	}
}

function fault(error: unknown): never {
	const isLate = error instanceof DOMException && error.name === 'TimeoutError';
	throw isLate ? new Problem('request_timeout', { headers: { connection: 'close' } }) : unreadable(error);
}
