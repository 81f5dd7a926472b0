import { fixedHeaders } from '../../lib/server/http/fixed-headers';
import { withFixedHeaders } from '../../lib/server/http/response-headers';
import type { Answer } from '../http';
import { type Respond, unbuffered } from '../startup';
import { type BodyRule, collectBody, type Collected } from '../request-body';
import { clientAddress, type ProxyTrust, untrustedHeaders } from '../forwarded';
import { isDraining } from '../drain';
import { type GateSettings, judge } from '../gate';
import { internalError, refuse } from '../refusal';
import type { ReadHeader } from '../static-files';

type Body = ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | null;
export type Serve = (request: Request, info: Deno.ServeInfo) => Promise<Response>;
export type ServeSettings = GateSettings & ProxyTrust & { secure: boolean };

/** Colon, space and line end of a header line. */
const LINE_BYTES = 4;

/** The request handler around the application: fixed headers on every answer, and the gate in front. */
export function createServe(respond: Respond, settings: ServeSettings): Serve {
	const fixed = fixedHeaders(settings.secure);
	const dropped = new Set(untrustedHeaders(settings.trustHost));
	const publicHost = new URL(settings.origin).host;

	async function answer(request: Request, info: Deno.ServeInfo): Promise<Response> {
		const header = (name: string) => request.headers.get(name);
		const head = headOf(request);
		const verdict = judge({ method: request.method, target: request.url, header, ...head }, settings);
		if ('answer' in verdict) return toResponse(verdict.answer);

		// Before the request counts: a slot of REQUESTS_AT_ONCE is for work, not for a sender that stops amid its body.
		const body = request.body === null ? null : await bodyOf(request.body, request, verdict.body);
		// Nobody is there to read the response.
		if (body === 'aborted') return new Response(null, { status: 400 });
		if (typeof body === 'string') return toResponse(refuse(body, { pathname: verdict.pathname, header }));
		const forwardedFor = header('x-forwarded-for');
		const address = () => clientAddress(info.remoteAddr.hostname, forwardedFor, settings);
		return unbuffered(await respond(onPublicOrigin(request, verdict.target, body, head.banned), address));
	}

	/** One pass over the headers, which Deno makes anew for each. */
	function headOf({ url, headers }: Request) {
		const banned: string[] = [];
		let headBytes = url.length;
		headers.forEach((value, name) => {
			headBytes += name.length + value.length + LINE_BYTES;
			if (dropped.has(name)) banned.push(name);
		});
		return { host: headers.get('host'), headBytes, banned };
	}

	/** Where nothing is wrong with the request but its address, it is not made anew: the platform would check every character again. */
	function onPublicOrigin(request: Request, target: string, body: Body, banned: readonly string[]): Request {
		const shown = body === request.body ? request : withBody(request, body);
		Object.defineProperty(shown, 'url', { value: settings.origin + target });
		const { headers } = request;
		if (banned.length === 0 && headers.get('host') === publicHost) return shown;
		const clean = new Headers(headers);
		for (const name of banned) clean.delete(name);
		clean.set('host', publicHost);
		return Object.defineProperty(shown, 'headers', { value: clean });
	}

	return async (request, info) => {
		const failed = (error: unknown) => failure(error, (name) => request.headers.get(name));
		const response = withFixedHeaders(await answer(request, info).catch(failed), fixed);
		if (isDraining()) response.headers.set('connection', 'close');
		return response;
	};
}

/** The last resort: the error is logged, and nothing of it is sent. */
export function failure(error: unknown, header: ReadHeader = () => null): Response {
	return toResponse(internalError(error, { header }));
}

/** The body of a request, collected where it does not stream; an empty one is none, as on Node. */
async function bodyOf(
	stream: ReadableStream<Uint8Array<ArrayBuffer>>,
	{ headers }: Request,
	{ limitBytes, streams }: BodyRule
): Promise<Body | Extract<Collected, string>> {
	if (headers.get('content-length') === '0') return null;
	if (streams) return stream;
	const body = await collectBody(stream.values({ preventCancel: true }), limitBytes);
	return body.length === 0 ? null : body;
}

/** The same request with a body that has been read already, or without one. */
function withBody(request: Request, body: Body): Request {
	const { url, method, headers, signal } = request;
	return new Request(url, { method, headers, body, signal, redirect: 'manual' });
}

const toResponse = ({ status, headers, body }: Answer) => new Response(body, { status, headers });
