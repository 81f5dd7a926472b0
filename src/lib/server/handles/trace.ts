import { context, type Context, SpanKind, SpanStatusCode, trace as tracing } from '@opentelemetry/api';
import { isHttpError, isRedirect, type RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { recordDuration } from '../metrics';
import { nextTraceparent, parentOf } from '../upstream/tracing';
import { lazy } from '../cache';
import type { Handle } from './sequence';

const tracer = tracing.getTracer('portal');

/**
 * Sets the trace context of each request, and records its duration and its span if telemetry is configured. Kit's own spans
 * are not used: they contain the whole URL, including the codes and states of a sign-in, and the texts of errors.
 */
export const trace: Handle = (input) => {
	const { event, resolve } = input;
	const parent = event.request.headers.get('traceparent');
	event.locals.traceparent = lazy(() => nextTraceparent(parent));
	const { telemetryUrl, metrics } = config();
	if (telemetryUrl === undefined && metrics === null) return resolve(event);
	const respond = () => (telemetryUrl === undefined ? resolve(event) : recorded(input, parent));
	return event.isSubRequest ? respond() : timed(event, respond);
};

/** What nginx logs for a client that has disconnected before the response. It is not sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** The server entry refuses methods that it does not know, so the number of series is bounded. */
async function timed(event: RequestEvent, respond: () => Response | Promise<Response>): Promise<Response> {
	const startedMs = performance.now();
	const end = (sent: number) => {
		// The call that the client's leaving has aborted looks like a fault of the service.
		const status = sent >= 500 && event.request.signal.aborted ? CLIENT_CLOSED_REQUEST : sent;
		recordDuration('http.server.request.duration', performance.now() - startedMs, {
			'http.request.method': event.request.method,
			'http.response.status_code': status,
			// With 405, anybody could make a series of every route and method.
			...(event.route.id !== null && status !== 405 && { 'http.route': event.route.id })
		});
	};
	try {
		const response = await respond();
		end(response.status);
		return response;
	} catch (error) {
		end(isHttpError(error) || isRedirect(error) ? error.status : 500);
		throw error;
	}
}

function recorded({ event, resolve }: Parameters<Handle>[0], parent: string | null): Promise<Response> {
	const { method } = event.request;
	const route = event.route.id ?? 'unknown';
	const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method, 'http.route': route } };
	return tracer.startActiveSpan(`${method} ${route}`, options, below(parent), async (span) => {
		try {
			const response = await resolve(event);
			span.setAttribute('http.response.status_code', response.status);
			if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
			return response;
		} finally {
			span.end();
		}
	});
}

function below(parent: string | null): Context {
	const remote = parentOf(parent);
	return remote ? tracing.setSpanContext(context.active(), remote) : context.active();
}
