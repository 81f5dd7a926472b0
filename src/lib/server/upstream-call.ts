import { type Attributes, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { traceparentOf } from './http/traceparent';
import { UpstreamError } from './http/upstream-error';
import { took } from './metrics';

/** What is called, in few words: never a path with ids. */
export interface UpstreamName {
	readonly upstream: 'sts' | 'auth-bridge' | 'backend';
	/** The Bridge's operation, or the backend's name. */
	readonly operation?: string;
	/** Of the request that this call follows from; a call of nobody's in particular is measured, but not traced. */
	readonly traceparent: string | undefined;
}

/**
 * One call to a service behind the portal, as metrics and traces see it: a duration by operation and status, and a span.
 * @param call gets the `traceparent` to send
 */
export async function upstreamCall<Answer extends { readonly status: number }>(
	name: UpstreamName,
	call: (traceparent: string | undefined) => Promise<Answer>
): Promise<Answer> {
	const { traceparent } = name;
	if (traceparent === undefined)
		return measured(
			name,
			() => call(undefined),
			() => {}
		);
	const options = { kind: SpanKind.CLIENT, attributes: namedBy(name) };
	const title = [name.upstream, name.operation].filter(Boolean).join(' ');
	return trace.getTracer('portal').startActiveSpan(title, options, (span) =>
		measured(
			name,
			() => call(traceparentOf(span.spanContext()) ?? traceparent),
			(outcome, isFault) => {
				span.setAttributes(outcome);
				if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
				span.end();
			}
		)
	);
}

async function measured<Answer extends { readonly status: number }>(
	name: UpstreamName,
	call: () => Promise<Answer>,
	onEnd: (outcome: Attributes, isFault: boolean) => void
): Promise<Answer> {
	const startedMs = performance.now();
	const end = (outcome: Attributes, isFault: boolean) => {
		onEnd(outcome, isFault);
		took('portal.upstream.duration', performance.now() - startedMs, { ...namedBy(name), ...outcome });
	};
	try {
		const answer = await call();
		end({ 'http.response.status_code': answer.status }, answer.status >= 500);
		return answer;
	} catch (error) {
		end({ 'error.type': error instanceof UpstreamError ? error.code : 'other' }, true);
		throw error;
	}
}

function namedBy({ upstream, operation }: UpstreamName): Attributes {
	return { 'portal.upstream': upstream, ...(operation !== undefined && { 'portal.operation': operation }) };
}
