import { fixedHeaders } from '../../lib/server/http/fixed-headers';
import { log } from '../../lib/server/log';
import type { Answer } from '../answer';
import { readCapped } from '../body-cap';
import type { BodyRule } from '../body-rule';
import { clientAddress, type ProxyTrust } from '../client-address';
import { isDraining } from '../drain';
import { type GateSettings, judge } from '../gate';
import { untrustedHeaders } from '../inbound-headers';
import { problemAnswer } from '../problem';

/** As much of a request's context as the adapter's handler reads and writes. */
interface AdapterContext {
	request: { originalRequest: { request: Request }; ip: string };
	response: { status: number; headers: Headers; body: BodyInit | null };
}

export type AdapterHandler = (context: AdapterContext) => Promise<void>;
export type Serve = (request: Request, info: Deno.ServeInfo) => Promise<Response>;
export type ServeSettings = GateSettings & ProxyTrust & { secure: boolean };

/** The request handler around the adapter's: fixed headers on every answer, and the gate in front. */
export function createServe(handler: AdapterHandler, settings: ServeSettings): Serve {
	const fixed = Object.entries(fixedHeaders(settings.secure));
	const dropped = untrustedHeaders(settings.trustHost);
	const publicHost = new URL(settings.origin).host;

	async function answer(request: Request, info: Deno.ServeInfo): Promise<Response> {
		const header = (name: string) => request.headers.get(name);
		const verdict = judge({ method: request.method, target: request.url, header }, settings);
		if ('answer' in verdict) return toResponse(verdict.answer);

		const body = await bodyOf(request, verdict.body);
		if (body === undefined) return toResponse(problemAnswer('payload_too_large', crypto.randomUUID()));
		const address = clientAddress(info.remoteAddr.hostname, header('x-forwarded-for'), settings);
		return ask(handler, onPublicOrigin(request, verdict.target, body), address);
	}

	function onPublicOrigin(request: Request, target: string, body: BodyInit | null): Request {
		const { method, headers } = request;
		const rebuilt = new Request(settings.origin + target, { method, headers, body, redirect: 'manual' });
		// A signal is made once somebody asks for it, which few do; handed over, two would be made for every request.
		Object.defineProperty(rebuilt, 'signal', { get: () => request.signal });
		for (const name of dropped) rebuilt.headers.delete(name);
		rebuilt.headers.set('host', publicHost);
		return rebuilt;
	}

	return async (request, info) => {
		const response = await answer(request, info).catch(failure);
		for (const [name, value] of fixed) if (!response.headers.has(name)) response.headers.set(name, value);
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
async function bodyOf(request: Request, { limitBytes, streams }: BodyRule): Promise<BodyInit | null | undefined> {
	const announced = request.headers.get('content-length');
	if (request.body === null || announced === '0') return null;
	if (streams || announced !== null) return request.body;
	const body = await readCapped(request.body.values({ preventCancel: true }), limitBytes);
	return body?.length === 0 ? null : body;
}

async function ask(handler: AdapterHandler, request: Request, ip: string): Promise<Response> {
	const untouched = new Headers();
	const response: AdapterContext['response'] = { status: 500, headers: untouched, body: null };
	await handler({ request: { originalRequest: { request }, ip }, response });
	// The adapter swallows what SvelteKit throws, and says 404.
	if (response.headers === untouched) throw new Error('The application gave no answer');

	const answered = new Response(response.body, { status: response.status, headers: response.headers });
	// Proxies such as nginx would hold events back; adapter-node does the same.
	if (answered.headers.get('content-type') === 'text/event-stream') answered.headers.set('x-accel-buffering', 'no');
	return answered;
}

const toResponse = ({ status, headers, body }: Answer) => new Response(body, { status, headers });
