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
