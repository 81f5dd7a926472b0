import * as v from 'valibot';
import type { UpstreamAnswer } from '../upstream/exchange';

/** An error of the Bridge, whatever its shape. `code` is upper case with underscores; the message is not for showing. */
export interface BridgeFault {
	readonly code: string | null;
	readonly message: string;
	/** The HTTP status, or the one that an answer of the old shape names in its code. */
	readonly status: number;
}

const text = v.fallback(v.optional(v.union([v.string(), v.number()])), undefined);
const Inner = v.object({ code: text, message: text });

/** Flat `{error, error_description}`, old `{code, message}` and nested `{error: {code, message}}`. */
const ErrorAnswer = v.object({
	error: v.fallback(v.optional(v.union([v.string(), Inner])), undefined),
	error_description: text,
	code: text,
	message: text
});

export function readFault(answer: UpstreamAnswer): BridgeFault {
	const result = v.safeParse(ErrorAnswer, answer.json);
	if (!result.success) return { code: null, message: '', status: answer.status };
	const { error, error_description, code, message } = result.output;
	const inner = typeof error === 'object' ? error : { code: error ?? code, message: error_description ?? message };
	const named = String(inner.code ?? '').trim();
	const namesStatus = /^[2-5]\d\d$/.test(named);
	return {
		code: namesStatus ? null : codeFrom(named),
		message: String(inner.message ?? '').slice(0, 1000),
		status: namesStatus ? Number(named) : answer.status
	};
}

// Frameworks write the code as a phrase ("Not Found"); longer texts, and such with an id in them, are misplaced messages.
function codeFrom(named: string): string | null {
	const code = named.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
	return /^[A-Z][A-Z0-9_]{0,39}$/.test(code) && !/[0-9A-F]{12}/.test(code) ? code : null;
}
