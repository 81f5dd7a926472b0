import { hostOf } from '../error-fields';

/** The status codes of a gateway whose upstream service is not available. */
export const GATEWAY_ERRORS: readonly number[] = [502, 503, 504];

/**
 * How a request to a service behind the portal failed. `unreachable`: no connection could be made, so nothing was sent.
 * `cut_off`: the connection broke before or during the response. `bad_response`: not a final HTTP response. `not_json`,
 * `bad_shape`: a response arrived, but cannot be read. `cancelled`: the caller cancelled the request.
 */
export type UpstreamFault =
	| 'unreachable'
	| 'timeout'
	| 'too_large'
	| 'cut_off'
	| 'bad_response'
	| 'redirected'
	| 'not_json'
	| 'bad_shape'
	| 'cancelled';

/** Contains codes and the host only: paths, queries and upstream text stay out of logs and responses. */
export class UpstreamError extends Error {
	override readonly name = 'UpstreamError';

	/**
	 * @param reason the code of the operating system or TLS library, such as `ECONNREFUSED` or
	 * `UNABLE_TO_VERIFY_LEAF_SIGNATURE`
	 * @param host host and port of the service, if the connection failed
	 */
	constructor(
		readonly code: UpstreamFault,
		readonly reason?: string,
		readonly host?: string
	) {
		const details = [reason, host].filter((detail) => detail !== undefined).join(', ');
		super(`upstream fault: ${code}${details && ` (${details})`}`);
	}
}

/** A connection could not be made: name resolution, TCP, TLS, a proxy or a permission failed. Nothing was sent. */
export class NotConnected extends Error {
	override readonly name = 'NotConnected';

	/** @param proxy the proxy of the connection, which may be the one that cannot be reached */
	constructor(
		cause: unknown,
		readonly proxy?: URL | string
	) {
		super('no connection', { cause });
	}
}

/** How far an exchange had progressed when it failed. */
interface Progress {
	readonly timedOut: boolean;
	readonly cancelled: boolean;
	/** The head of the response had arrived. */
	readonly responding: boolean;
	readonly url: URL | string;
}

/** Error codes of a request that cannot be written, such as one with a line break in a header. */
const NEVER_WRITTEN = new Set(['UND_ERR_INVALID_ARG', 'ERR_INVALID_URL']);

/** Converts an error of the HTTP client or of a body stream to an {@link UpstreamError}. */
export function faultOf(error: unknown, progress: Progress): UpstreamError {
	if (error instanceof UpstreamError) return error;
	const host = hostOf(progress.url);
	if (error instanceof NotConnected) {
		const proxy = error.proxy === undefined ? '' : ` through the proxy ${hostOf(error.proxy)}`;
		return new UpstreamError('unreachable', reasonOf(error), host && host + proxy);
	}
	if (progress.timedOut) return new UpstreamError('timeout', undefined, host);
	if (progress.cancelled) return new UpstreamError('cancelled');
	const isUnsent = error instanceof Error && 'code' in error && NEVER_WRITTEN.has(String(error.code));
	return new UpstreamError(isUnsent ? 'unreachable' : 'cut_off', reasonOf(error), host);
}

/** The code of the innermost cause that has one; if several addresses were tried, that of the first. */
function reasonOf(error: unknown): string | undefined {
	let reason: string | undefined;
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		const code: unknown = 'code' in cause ? cause.code : cause.name === 'NotCapable' ? 'NOT_CAPABLE' : undefined;
		if (typeof code === 'string' && /^[A-Z][A-Z\d_]{2,63}$/.test(code)) reason = code;
	}
	return reason;
}
