/** Without a flag, because the OpenAPI description cannot express one. */
export const WALLET_SESSION_ID = /^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;

/** Whether a text is a wallet session id in a format of the Auth Bridge: exactly 32 hex characters or a UUID. */
export function isWalletSessionId(text: string): boolean {
	return WALLET_SESSION_ID.test(text);
}

/** The statuses of a wallet session at the Auth Bridge. At `VERIFIED`, `complete` may be requested. */
export const sessionStatuses = [
	'CREATED',
	'PENDING',
	'INTERACTION_STARTED',
	'VERIFYING',
	'VERIFIED',
	'IDV_REQUIRED',
	'RECONCILING',
	'COMPLETED',
	'EXPIRED',
	'FAILED',
	'ERROR',
	'VP_VALIDATION_FAILED'
] as const;
export type SessionStatusValue = (typeof sessionStatuses)[number];

const known: ReadonlySet<string> = new Set(sessionStatuses);

export function isSessionStatusValue(text: string): text is SessionStatusValue {
	return known.has(text);
}
