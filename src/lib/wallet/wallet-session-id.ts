/** Without a flag, because the OpenAPI description cannot express one. */
export const WALLET_SESSION_ID = /^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;

/** Whether a text is a wallet session id in a format of the Auth Bridge: exactly 32 hex characters or a UUID. */
export function isWalletSessionId(text: string): boolean {
	return WALLET_SESSION_ID.test(text);
}
