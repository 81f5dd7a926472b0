import type { RequestEvent } from '@sveltejs/kit';
import { userAuthorization } from '../auth/user-token';
import type { Backend } from '../config/backends';
import { Problem } from '../http/problem';
import { relay } from '../upstream/proxy';
import type { UpstreamAuthorization } from '../upstream/exchange';
import { log } from '../log';
import { serviceAuthorization } from '../sts/service-token';
import { upstreamCall } from '../upstream/tracing';
import { bodyOf, streamsBody } from './body';
import { answerHeaders, requestHeaders } from './headers';
import { assertPassable, refusesToken } from './judge';
import { backendTarget, ownPath } from './target';
import { countedUpload } from './uploads';

type ForwardEvent = Pick<RequestEvent, 'request' | 'locals' | 'url'>;

/**
 * Passes a request on to a service of the institution's, with the token it is configured to get, and its answer back.
 * A token that the service refuses is replaced, and the request sent once more where it can be.
 * @throws {Problem} `not_found` for a path that is none, `payload_too_large`, `rate_limited` for too many uploads, or the service's
 * fault
 */
export function forward(event: ForwardEvent, backend: Backend): Promise<Response> {
	if (!streamsBody(event.request)) return forwardOne(event, backend);
	return countedUpload(event.locals, () => forwardOne(event, backend));
}

async function forwardOne({ request, locals, url }: ForwardEvent, backend: Backend): Promise<Response> {
	const { name, timeoutMs, maxRequestBytes, maxAnswerBytes } = backend;
	const { requestId } = locals;
	const { method, signal } = request;
	const target = backendTarget(backend.url, url.pathname, url.search);
	const credential = authorizationFor(backend, locals);
	const body = await bodyOf(request, maxRequestBytes);

	const ask = (authorization: string | undefined) =>
		upstreamCall({ upstream: 'backend', operation: name, traceparent: locals.traceparent() }, (traceparent) =>
			relay({
				method,
				url: target,
				headers: requestHeaders(request.headers, body !== null, { authorization, requestId, traceparent }),
				body: body?.pieces ?? null,
				timeoutMs,
				maxRequestBytes,
				maxAnswerBytes,
				signal,
				onBreak: ({ code, facts }) => log.warn('an answer broke off', { ...facts, requestId, code, backend: name })
			})
		);

	let answer = await ask(await credential?.current());
	const renewed = refusesToken(answer) ? await credential?.renewed() : null;
	if (renewed) {
		await answer.body?.cancel();
		// The caller still has what is gone here; its next attempt goes with the new token.
		if (body?.repeatable === false)
			throw new Problem('upstream_unavailable', { facts: { backend: name, status: 401 } });
		answer = await ask(renewed);
	}
	await assertPassable(answer, name);
	const { status } = answer;
	const location = answer.headers.get('location');
	const own = location === null ? null : ownPath(name, backend.url, location, target);
	return new Response(method === 'HEAD' ? null : answer.body, { status, headers: answerHeaders(answer, own) });
}

function authorizationFor(backend: Backend, locals: App.Locals): UpstreamAuthorization | undefined {
	const { token, tokenScope: scope, tokenAudience: audience, tokenResource: resource } = backend;
	if (token === 'none') return undefined;
	if (token === 'service') return serviceAuthorization({ scope, audience, resource });
	if (!locals.session) throw new Problem('unauthorized');
	return userAuthorization(locals, locals.session);
}
