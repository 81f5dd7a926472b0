/**
 * What went wrong between the portal and a service behind it. `cut_off`: the connection broke before or amid the answer.
 * `not_json`, `bad_shape`: an answer came, but not one we can read. `cancelled`: our own caller gave up.
 */
export type UpstreamFault =
	'unreachable' | 'timeout' | 'too_large' | 'cut_off' | 'redirected' | 'not_json' | 'bad_shape' | 'cancelled';

/** Carries a code only: addresses and upstream text stay out of logs and answers. */
export class UpstreamError extends Error {
	override readonly name = 'UpstreamError';

	constructor(readonly code: UpstreamFault) {
		super(`upstream fault: ${code}`);
	}
}

/** How far an exchange had come when it failed. */
export interface Progress {
	readonly timedOut: boolean;
	readonly cancelled: boolean;
	/** The head of the answer had arrived. */
	readonly answering: boolean;
}

// Node names these by code, along a chain of causes; Deno only by the text of its HTTP client.
const BROKEN_CODE = /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_\w+)$/;
const BROKEN_TEXT = /\(SendRequest\)|connection reset|broken pipe/i;
const TIMEOUT_CODE = /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/;
const TIMEOUT_TEXT = /timed out/i;

/** Turns whatever `fetch` or a body stream threw into an {@link UpstreamError}, on Node and on Deno. */
export function faultOf(error: unknown, progress: Progress): UpstreamError {
	if (error instanceof UpstreamError) return error;
	if (progress.timedOut) return new UpstreamError('timeout');
	if (progress.cancelled) return new UpstreamError('cancelled');
	const causes = causesOf(error);
	if (causes.some((cause) => matches(cause, TIMEOUT_CODE, TIMEOUT_TEXT))) return new UpstreamError('timeout');
	const broken = progress.answering || causes.some((cause) => matches(cause, BROKEN_CODE, BROKEN_TEXT));
	return new UpstreamError(broken ? 'cut_off' : 'unreachable');
}

function causesOf(error: unknown): Error[] {
	const causes: Error[] = [];
	for (let cause = error; cause instanceof Error && causes.length < 8; cause = cause.cause) causes.push(cause);
	return causes;
}

function matches(cause: Error, code: RegExp, text: RegExp): boolean {
	return ('code' in cause && typeof cause.code === 'string' && code.test(cause.code)) || text.test(cause.message);
}
