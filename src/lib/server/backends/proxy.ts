import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { exchangedAuthorization, userAuthorization } from '../auth/user-token';
import type { Backend } from '../config/backends';
import { isProblem, Problem, type ProblemCode, toProblem } from '../http/problem';
import { UpstreamError } from '../http/upstream-error';
import { proxyRequest } from '../upstream/proxy';
import type { UpstreamAuthorization } from '../upstream/client';
import { log } from '../log';
import { serviceAuthorization } from '../sts/service-token';
import { upstreamCall } from '../upstream/tracing';
import { bodyOf, countedUpload, streamsBody } from './body';
import { responseHeaders, requestHeaders } from './headers';
import { challengedSignIn, refusedSignIn } from './step-up';
import { backendTarget, ownPath } from './upstream-path';
import { config } from '../config';

type ForwardEvent = Pick<RequestEvent, 'request' | 'locals' | 'url'>;

/**
 * Forwards a request to a service of the institution, with the token that the configuration names, and returns its response.
 * If the service refuses the token, the request is sent once more with a new one, unless its body was streamed.
 * A page that needs a stronger or newer sign-in leads to it.
 * @throws {Problem} `not_found` for an invalid path, `unauthorized` without a session if the service gets the user's token,
 * `insufficient_user_authentication`, `payload_too_large`, `rate_limited` for too many uploads, or the error of the service
 */
export async function forward(event: ForwardEvent, backend: Backend): Promise<Response> {
	const refused = refusedSignIn(event, backend);
	if (refused) return refused;
	if (!streamsBody(event.request)) return forwardOne(event, backend);
	return countedUpload(event.locals, () => forwardOne(event, backend));
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
				maxAnswerBytes,
				signal,
				onBreak: ({ code, facts }) => log.warn('a response was cut off', { ...facts, requestId, code, backend: name })
			})
		).catch((error: unknown) => {
			if (!(error instanceof UpstreamError)) throw error;
			const { code, facts } = toProblem(error);
			throw new Problem(code, { facts: { ...facts, backend: name } });
		});

	const refused = (reason: string) =>
		audit('backend.refused', { ...locals.session, client: locals.caller?.clientId, backend: name, reason }, locals);
	/** The STS denies the person a token for the service. */
	const denied = (error: unknown): never => {
		if (isProblem(error, 'forbidden')) refused('exchange_denied');
		throw error;
	};

	let response = await ask(await credential?.current().catch(denied));
	const renewed = refusesToken(response) ? await credential?.refresh().catch(denied) : null;
	if (renewed) {
		await response.body?.cancel();
		// A streamed body cannot be sent again. The caller can retry, and the retry uses the new token.
		if (body?.repeatable === false)
			throw new Problem('upstream_unavailable', { facts: { backend: name, status: 401 } });
		response = await ask(renewed);
	}
	if (response.status === 401 || response.status === 403) refused(`status_${response.status}`);
	const challenged = await challengedSignIn(event, backend, response);
	if (challenged) return challenged;
	await assertForwardable(response, name);
	const { status } = response;
	const location = response.headers.get('location');
	const own = location === null ? null : ownPath(name, backend.url, location, target);
	return new Response(method === 'HEAD' ? null : response.body, { status, headers: responseHeaders(response, own) });
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
 * nothing to the caller. The service's own error responses (5xx) are not disclosed.
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
