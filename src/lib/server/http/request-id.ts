/** What a request is called: random, says nothing about anybody, and short enough to be read out on the telephone. */
export function newRequestId(): string {
	const uuid = crypto.randomUUID();
	return uuid.slice(0, 8) + uuid.slice(9, 13);
}

/**
 * The help code that a redirect of ours brought along: the id of the request that failed. Anything else that a query
 * may hold is nobody's code, and is never shown.
 */
export function helpCodeOf(text: string | null): string | null {
	return text !== null && /^[\da-f]{12}$/.test(text) ? text : null;
}
