import { sleep } from '../../lib/server/clock';
import { fixedHeaders, withFixedHeaders } from '../../lib/server/http/headers';
import {
	type EntryResponse,
	withEntryHeaders,
	clientAddress,
	type ProxyTrust,
	untrustedHeaders,
	LINE_BYTES
} from '../http';
import type { Respond } from '../startup';
import { type BodyRule, readBody, type CollectedBody } from '../request-body';
import {
	isDraining,
	type DrainWith,
	type Signals,
	logListening,
	type ListenAddress,
	listenAddress,
	listenFailure
} from '../listen';
import { checkRequest, type GateSettings, readTarget } from '../gate';
import { internalError, refuse } from '../refusal';
import type { Config } from '../../lib/server/config/parse';
import { log } from '../../lib/server/log';
import { LAUNCHED, writeLastLine } from './supervise';

type Body = ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | null;
type Serve = (request: Request, info: Deno.ServeInfo) => Promise<Response>;
type ServeSettings = GateSettings & ProxyTrust & { secure: boolean };

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
		return withEntryHeaders(await respond(onPublicOrigin(request, checked.target, body, head.hidden), address));
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
		const failed = (error: unknown) =>
			failure(error, {
				header: (name) => request.headers.get(name),
				pathname: readTarget(request.url, settings.origin)?.pathname
			});
		withoutHead += 1;
		const response = withFixedHeaders(await responseTo(request, info).catch(failed), fixed);
		withoutHead -= 1;
		if (isDraining()) response.headers.set('connection', 'close');
		return response;
	};
}

/** The requests that have no response yet. Tracking each response until it ends would slow down every request. */
let withoutHead = 0;

/** Logs an exception and creates a response that does not disclose it. */
function failure(error: unknown, request: Parameters<typeof internalError>[1]): Response {
	return toResponse(internalError(error, request));
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
	const body = await readBody(stream.values({ preventCancel: true }), rule.limitBytes, address());
	return body.length === 0 ? null : body;
}

/** The same request with a body that has been read, or without a body. */
function withBody(request: Request, body: Body): Request {
	const { url, method, headers, signal } = request;
	return new Request(url, { method, headers, body, signal, redirect: 'manual' });
}

const toResponse = ({ status, headers, body }: EntryResponse) => new Response(body, { status, headers });

const isLaunched = () => Deno.args.includes(LAUNCHED);
export const signals: Signals = { on: (signal, listener) => Deno.addSignalListener(signal, listener), exit };

function exit(code: number): never {
	if (isLaunched()) writeLastLine(code);
	return Deno.exit(code);
}

/**
 * Listens until a signal, or until the launcher ends, then drains. If the port is taken, the process ends with a one-line message.
 */
export async function listenOrExit(
	serve: Serve,
	{ listen: wanted, origin, shutdownDelayMs: delayMs }: Pick<Config, 'listen' | 'origin' | 'shutdownDelayMs'>,
	drainWith: DrainWith
): Promise<void> {
	const address = listenAddress(wanted);
	// Before listening: a client that finds the port open may send a signal immediately.
	const drain = drainWith({ delayMs, close: () => server.shutdown(), inFlight: () => withoutHead });
	if (isLaunched()) void launcherEnded().then(() => drain('the launcher has ended'));
	let server = tryToServe(serve, address, origin);
	const again = () => {
		server = listen(serve, address, origin);
		return server;
	};
	await servedUntilClosed(server, again);
}

/** Resolves when the launcher ends in any way, which closes the pipe. */
async function launcherEnded(): Promise<void> {
	for await (const _ of Deno.stdin.readable);
}

/** The pause before listening again, in milliseconds. */
const RETRY_MS = 1000;

/**
 * Waits until a server is closed. Deno's server stops listening if it can't accept a connection, for example because the process has too
 * many open files; accepted connections continue. Then another server replaces it.
 * @param again listens on the same address
 */
export async function servedUntilClosed(
	{ finished }: Pick<Deno.HttpServer, 'finished'>,
	again: () => Pick<Deno.HttpServer, 'finished'>
): Promise<void> {
	for (let current = finished; ;) {
		try {
			await current;
			return;
		} catch (error) {
			log.error('the server can’t accept connections; retrying', { error });
		}
		await sleep(RETRY_MS);
		// Handles a failure to listen like a failure of the server.
		current = Promise.resolve().then(async () => again().finished);
	}
}

/** Handles errors after the head of a response was sent. An interrupted response of a backend has been logged as a warning. */
function onError(error: unknown): Response {
	if (error instanceof Error && error.name === 'Problem') return new Response(null, { status: 502 });
	return failure(error, { header: () => null, pathname: undefined });
}

function listen(serve: Serve, address: ListenAddress, url: string): Deno.HttpServer {
	const onListen = ({ port }: { port: number }) => logListening({ ...address, port }, { runtime: 'deno', url });
	return Deno.serve({ hostname: address.host, port: address.port, onListen, onError }, serve);
}

/** A port that is taken at start ends the process. */
function tryToServe(serve: Serve, address: ListenAddress, url: string): Deno.HttpServer {
	try {
		return listen(serve, address, url);
	} catch (error) {
		console.error(listenFailure(address, error));
		return exit(1);
	}
}
