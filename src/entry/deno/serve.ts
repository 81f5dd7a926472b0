import { fixedHeaders, withFixedHeaders } from '../../lib/server/http/headers';
import { type EntryResponse, type ReadHeader, withoutProxyBuffering } from '../http';
import type { Respond } from '../startup';
import { type BodyRule, readBody, type CollectedBody } from '../request-body';
import { clientAddress, type ProxyTrust, untrustedHeaders } from '../forwarded';
import { isDraining } from '../drain';
import { checkRequest, type GateSettings } from '../gate';
import { internalError, refuse } from '../refusal';

type Body = ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | null;
export type Serve = (request: Request, info: Deno.ServeInfo) => Promise<Response>;
export type ServeSettings = GateSettings & ProxyTrust & { secure: boolean };

/** Bytes of a header line besides name and value: colon, space and line end. */
const LINE_BYTES = 4;

/** Creates the request handler around the application: checks each request, and adds the fixed headers to each response. */
export function createServe(respond: Respond, settings: ServeSettings): Serve {
	const fixed = fixedHeaders(settings.secure);
	const hiddenHeaders = new Set(untrustedHeaders(settings.trustHost));
	const publicHost = new URL(settings.origin).host;

	async function responseTo(request: Request, info: Deno.ServeInfo): Promise<Response> {
		const header = (name: string) => request.headers.get(name);
		const head = headOf(request);
		const checked = checkRequest({ method: request.method, target: request.url, header, ...head }, settings);
		if ('response' in checked) return toResponse(checked.response);

		const forwardedFor = header('x-forwarded-for');
		const address = () => clientAddress(info.remoteAddr.hostname, forwardedFor, settings);
		// Before the request counts for REQUESTS_AT_ONCE: a slow sender must not occupy a slot.
		const body = request.body === null ? null : await bodyOf(request.body, request, checked.body, address);
		// The client has disconnected.
		if (body === 'aborted') return new Response(null, { status: 400 });
		if (typeof body === 'string') return toResponse(refuse(body, { pathname: checked.pathname, header }));
		return withoutProxyBuffering(await respond(onPublicOrigin(request, checked.target, body, head.hidden), address));
	}

	/** Reads the headers in one pass: Deno creates their values on each read. */
	function headOf({ url, headers }: Request) {
		const hidden: string[] = [];
		let headBytes = url.length;
		headers.forEach((value, name) => {
			headBytes += name.length + value.length + LINE_BYTES;
			if (hiddenHeaders.has(name)) hidden.push(name);
		});
		return { host: headers.get('host'), headBytes, hidden };
	}

	/** Changes only the URL if nothing else must change: Deno validates everything again when it creates a request. */
	function onPublicOrigin(request: Request, target: string, body: Body, hidden: readonly string[]): Request {
		const changed = body === request.body ? request : withBody(request, body);
		Object.defineProperty(changed, 'url', { value: settings.origin + target });
		const { headers } = request;
		if (hidden.length === 0 && headers.get('host') === publicHost) return changed;
		const clean = new Headers(headers);
		for (const name of hidden) clean.delete(name);
		clean.set('host', publicHost);
		return Object.defineProperty(changed, 'headers', { value: clean });
	}

	return async (request, info) => {
		const failed = (error: unknown) => failure(error, (name) => request.headers.get(name));
		const response = withFixedHeaders(await responseTo(request, info).catch(failed), fixed);
		if (isDraining()) response.headers.set('connection', 'close');
		return response;
	};
}

/** Logs an exception and creates a response that does not disclose it. */
export function failure(error: unknown, header: ReadHeader = () => null): Response {
	return toResponse(internalError(error, { header }));
}

/** The body for the application: a stream, or all of it; null if it is empty, as on Node. */
async function bodyOf(
	stream: ReadableStream<Uint8Array<ArrayBuffer>>,
	{ headers }: Request,
	rule: BodyRule,
	address: () => string
): Promise<Body | Extract<CollectedBody, string>> {
	if (headers.get('content-length') === '0') return null;
	if (rule.streams) return stream;
	const body = await readBody(stream.values({ preventCancel: true }), rule, address());
	return body.length === 0 ? null : body;
}

/** The same request with a body that has been read, or without a body. */
function withBody(request: Request, body: Body): Request {
	const { url, method, headers, signal } = request;
	return new Request(url, { method, headers, body, signal, redirect: 'manual' });
}

const toResponse = ({ status, headers, body }: EntryResponse) => new Response(body, { status, headers });
