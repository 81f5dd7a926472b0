/** Without a flag, which the API's description could not tell. */
export const WALLET_SESSION_ID = /^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;

/** Whether a text is a wallet session id as the Auth Bridge makes them: 32 hex characters or a UUID, and nothing else. */
export function isWalletSessionId(text: string): boolean {
	return WALLET_SESSION_ID.test(text);
}
