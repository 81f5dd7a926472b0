import { fixedHeaders } from '../../lib/server/http/fixed-headers';
import { log } from '../../lib/server/log';
import { withFixedHeaders } from '../../lib/server/http/response-headers';
import type { Answer } from '../answer';
import { type Respond, unbuffered } from '../application';
import { readCapped } from '../body-cap';
import type { BodyRule } from '../body-rule';
import { clientAddress, type ProxyTrust } from '../client-address';
import { isDraining } from '../drain';
import { type GateSettings, judge } from '../gate';
import { untrustedHeaders } from '../inbound-headers';
import { problemAnswer } from '../problem';

export type Serve = (request: Request, info: Deno.ServeInfo) => Promise<Response>;
export type ServeSettings = GateSettings & ProxyTrust & { secure: boolean };

/** The request handler around the application: fixed headers on every answer, and the gate in front. */
export function createServe(respond: Respond, settings: ServeSettings): Serve {
	const fixed = fixedHeaders(settings.secure);
	const dropped = new Set(untrustedHeaders(settings.trustHost));
	const publicHost = new URL(settings.origin).host;

	async function answer(request: Request, info: Deno.ServeInfo): Promise<Response> {
		const header = (name: string) => request.headers.get(name);
		const verdict = judge({ method: request.method, target: request.url, header }, settings);
		if ('answer' in verdict) return toResponse(verdict.answer);

		const body = request.body === null ? null : await bodyOf(request.body, request, verdict.body);
		if (body === undefined) return toResponse(problemAnswer('payload_too_large', crypto.randomUUID()));
		const forwardedFor = header('x-forwarded-for');
		const address = () => clientAddress(info.remoteAddr.hostname, forwardedFor, settings);
		return unbuffered(await respond(onPublicOrigin(request, verdict.target, body), address));
	}

	/** Where nothing is wrong with the request but its address, it is not made anew: the platform would check every character again. */
	function onPublicOrigin(request: Request, target: string, body: BodyInit | null): Request {
		const shown = body === request.body ? request : withBody(request, body);
		Object.defineProperty(shown, 'url', { value: settings.origin + target });
		const { headers } = request;
		const banned: string[] = [];
		headers.forEach((_, name) => {
			if (dropped.has(name)) banned.push(name);
		});
		if (banned.length === 0 && headers.get('host') === publicHost) return shown;
		const clean = new Headers(headers);
		for (const name of banned) clean.delete(name);
		clean.set('host', publicHost);
		return Object.defineProperty(shown, 'headers', { value: clean });
	}

	return async (request, info) => {
		const response = withFixedHeaders(await answer(request, info).catch(failure), fixed);
		if (isDraining()) response.headers.set('connection', 'close');
		return response;
	};
}

/** The last resort, in one place: logged, and told to nobody else. */
export function failure(error: unknown): Response {
	const requestId = crypto.randomUUID();
	log.error('request failed outside the application', { requestId, error });
	return toResponse(problemAnswer('internal_error', requestId));
}

/** `undefined` when a body of unannounced length turns out too large; an empty one is none, as on Node. */
async function bodyOf(
	stream: ReadableStream<Uint8Array<ArrayBuffer>>,
	{ headers }: Request,
	{ limitBytes, streams }: BodyRule
): Promise<BodyInit | null | undefined> {
	const announced = headers.get('content-length');
	if (announced === '0') return null;
	if (streams || announced !== null) return stream;
	const body = await readCapped(stream.values({ preventCancel: true }), limitBytes);
	return body?.length === 0 ? null : body;
}

/** The same request with a body that has been read already, or without one. */
function withBody(request: Request, body: BodyInit | null): Request {
	const { url, method, headers, signal } = request;
	return new Request(url, { method, headers, body, signal, redirect: 'manual' });
}

const toResponse = ({ status, headers, body }: Answer) => new Response(body, { status, headers });
