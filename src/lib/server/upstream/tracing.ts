import {
	type Attributes,
	isSpanContextValid,
	type SpanContext,
	SpanKind,
	SpanStatusCode,
	trace
} from '@opentelemetry/api';
import { UpstreamError } from '../http/upstream-error';
import { took } from '../metrics';

const PARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;
/** Without a parent nobody has decided yet; a service that goes by its parent would otherwise record nothing at all. */
const RECORDED = '01';

let current: () => string | undefined = () => undefined;

/**
 * A `traceparent` for calls that follow from a request (W3C Trace Context 3.2): the next step of the trace it came with,
 * which the entry lets through from a trusted proxy only, or the first of a new one.
 */
export function nextTraceparent(parent: string | null): string {
	const [, traceId = randomHex(16), , flags = RECORDED] = PARENT.exec(parent ?? '') ?? [];
	return `00-${traceId}-${randomHex(8)}-${flags}`;
}

/** What a `traceparent` names, for a tracer; undefined for one that can't be read. */
export function parentOf(traceparent: string | null): SpanContext | undefined {
	const [, traceId, spanId, flags] = PARENT.exec(traceparent ?? '') ?? [];
	if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
	return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}

/** The `traceparent` that names a span; undefined where no tracer made one (the span is then none, or its remote parent). */
function traceparentOf(span: SpanContext): string | undefined {
	if (span.isRemote || !isSpanContextValid(span)) return undefined;
	return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Says how the request that is being worked on is found: the calls to the STS that follow from it are far from it. */
export function findTraceparentBy(find: () => string | undefined): void {
	current = find;
}

/** Of the request that is being worked on, if any. */
export function currentTraceparent(): string | undefined {
	return current();
}

/** From a UUID, which the runtimes make from a supply of random bytes; to ask for some each time costs several times as much. */
function randomHex(bytes: number): string {
	return crypto
		.randomUUID()
		.replaceAll('-', '')
		.slice(-2 * bytes);
}

/** What is called, in few words: never a path with ids. */
interface UpstreamName {
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
