const PARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-([\da-f]{2})(?:-|$)/;
/** Without a parent nobody has decided yet; a service that goes by its parent would otherwise record nothing at all. */
const RECORDED = '01';

/**
 * A `traceparent` for calls that follow from a request (W3C Trace Context 3.2): the next step of the trace it came with,
 * which the entry lets through from a trusted proxy only, or the first of a new one.
 */
export function nextTraceparent(parent: string | null): string {
	const [, traceId = randomHex(16), flags = RECORDED] = PARENT.exec(parent ?? '') ?? [];
	return `00-${traceId}-${randomHex(8)}-${flags}`;
}

function randomHex(bytes: number): string {
	return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
