import { context, type Context, SpanKind, SpanStatusCode, trace as tracing } from '@opentelemetry/api';
import type { Handle } from '@sveltejs/kit';
import { nextTraceparent, parentOf, traceparentOf } from '../http/traceparent';

const tracer = tracing.getTracer('portal');

/**
 * The place of each request in a trace, and its span where a tracer is at work. Made here and not by Kit, whose own spans
 * carry the whole address, codes and states of a sign-in included, and the texts of errors.
 */
export const trace: Handle = ({ event, resolve }) => {
	const { method, headers } = event.request;
	const parent = headers.get('traceparent');
	const route = event.route.id ?? 'unknown';
	const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method, 'http.route': route } };
	return tracer.startActiveSpan(`${method} ${route}`, options, below(parent), async (span) => {
		const traceparent = traceparentOf(span.spanContext()) ?? nextTraceparent(parent);
		event.locals.traceparent = traceparent;
		try {
			const response = await resolve(event);
			span.setAttribute('http.response.status_code', response.status);
			if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
			return response;
		} finally {
			span.end();
		}
	});
};

function below(parent: string | null): Context {
	const remote = parentOf(parent);
	return remote ? tracing.setSpanContext(context.active(), remote) : context.active();
}
