import { countRefusal } from '../lib/server/metrics';
import type { Answer } from './answer';

/** What the entry refuses before the application sees it, and what it says when the application gave no answer. */
const PROBLEMS = {
	invalid_request: { status: 400, message: 'The request is not valid.' },
	method_not_allowed: { status: 405, message: 'This method is not allowed here.' },
	payload_too_large: { status: 413, message: 'The request body is too large.' },
	internal_error: { status: 500, message: 'Something went wrong on our side.' }
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** `{error, message, requestId}` with its HTTP status. */
export function problemAnswer(code: ProblemCode, requestId: string, headers: Record<string, string> = {}): Answer {
	if (code === 'payload_too_large') countRefusal('body_size');
	const { status, message } = PROBLEMS[code];
	const body = new TextEncoder().encode(JSON.stringify({ error: code, message, requestId }));
	return {
		status,
		headers: {
			...headers,
			'cache-control': 'no-store',
			'content-type': 'application/json',
			'content-length': String(body.length)
		},
		body
	};
}
