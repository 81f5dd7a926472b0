const PATTERN = /^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

/** Whether a text is a wallet session id as the Auth Bridge makes them: 32 hex characters or a UUID, and nothing else. */
export function isWalletSessionId(text: string): boolean {
	return PATTERN.test(text);
}
