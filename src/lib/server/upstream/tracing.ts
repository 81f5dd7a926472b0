import {
	type Attributes,
	isSpanContextValid,
	type SpanContext,
	SpanKind,
	SpanStatusCode,
	trace
} from '@opentelemetry/api';
import { UpstreamError } from '../http/upstream-error';
import { recordDuration } from '../metrics';

/**
 * A `traceparent` (W3C Trace Context 3.2.2). Version 00 has exactly these fields, later versions may have more, and ff is not valid.
 */
const PARENT = /^(?!ff|00-.{52}-)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;
/** The only flag that is defined: the others must be zero in what the portal sends. */
const SAMPLED = 0x01;

let current: () => string | undefined = () => undefined;

/**
 * A `traceparent` for upstream requests that follow from a request (W3C Trace Context 3.2). It continues the trace of the
 * received one, which the entry accepts from a trusted proxy only, or starts a new trace.
 */
export function nextTraceparent(parent: string | null): string {
	// Without a parent there is no sampling decision yet. A service that follows its parent's decision would otherwise record nothing.
	const { traceId, traceFlags } = parentOf(parent) ?? { traceId: randomHex(16), traceFlags: SAMPLED };
	return `00-${traceId}-${randomHex(8)}-${hexFlags(traceFlags)}`;
}

/** Parses a `traceparent` for a tracer; undefined if it is malformed. */
export function parentOf(traceparent: string | null): SpanContext | undefined {
	const [, traceId, spanId, flags] = PARENT.exec(traceparent ?? '') ?? [];
	if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
	return { traceId, spanId, traceFlags: parseInt(flags, 16) & SAMPLED, isRemote: true };
}

/** The `traceparent` of a span; undefined if no tracer created it (the span is then invalid, or the remote parent). */
function traceparentOf(span: SpanContext): string | undefined {
	if (span.isRemote || !isSpanContextValid(span)) return undefined;
	return `00-${span.traceId}-${span.spanId}-${hexFlags(span.traceFlags)}`;
}

const hexFlags = (flags: number) => flags.toString(16).padStart(2, '0');

/**
 * Sets how the `traceparent` of the current request is found: requests to the STS are made far from the code that has the
 * event.
 */
export function findTraceparentBy(find: () => string | undefined): void {
	current = find;
}

/** The `traceparent` of the current request, if any. */
export function currentTraceparent(): string | undefined {
	return current();
}

/**
 * Taken from a UUID, which the runtimes create from a pool of random bytes. To request random bytes each time costs several
 * times as much.
 */
function randomHex(bytes: number): string {
	return crypto
		.randomUUID()
		.replaceAll('-', '')
		.slice(-2 * bytes);
}

/** What is called, for metrics and traces. The values must not contain paths with ids. */
interface UpstreamName {
	readonly upstream: 'sts' | 'auth-bridge' | 'backend';
	/** The operation of the Auth Bridge, the name of the backend, or `institutions` of the STS. */
	readonly operation?: string;
	/** That of the request which caused this call. A call without one is measured, but not traced. */
	readonly traceparent: string | undefined;
}

/**
 * Records one call to a service behind the portal: its duration by operation and status, and a span.
 * @param call receives the `traceparent` to send
 */
export function upstreamCall<Result extends { readonly status: number }>(
	name: UpstreamName,
	call: (traceparent: string | undefined) => Promise<Result>
): Promise<Result> {
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

async function measured<Result extends { readonly status: number }>(
	name: UpstreamName,
	call: () => Promise<Result>,
	onEnd: (outcome: Attributes, isFault: boolean) => void
): Promise<Result> {
	const startedMs = performance.now();
	const end = (outcome: Attributes, isFault: boolean) => {
		onEnd(outcome, isFault);
		recordDuration('portal.upstream.duration', performance.now() - startedMs, { ...namedBy(name), ...outcome });
	};
	try {
		const response = await call();
		end({ 'http.response.status_code': response.status }, response.status >= 500);
		return response;
	} catch (error) {
		end({ 'error.type': error instanceof UpstreamError ? error.code : 'other' }, true);
		throw error;
	}
}

function namedBy({ upstream, operation }: UpstreamName): Attributes {
	return { 'portal.upstream': upstream, ...(operation !== undefined && { 'portal.operation': operation }) };
}
