import { isSessionStatusValue, type SessionStatusValue } from '$lib/wallet/session-status';

export type Warn = (message: string, fields: Readonly<Record<string, unknown>>) => void;

const MOST_REMEMBERED = 50;

/** Reads status values. One that isn't listed counts as "still waiting", and is told once. */
export function createStatusReader(warn: Warn): (status: string) => SessionStatusValue {
	const told = new Set<string>();
	return (status) => {
		if (isSessionStatusValue(status)) return status;
		if (!told.has(status) && told.size < MOST_REMEMBERED) {
			told.add(status);
			warn('the Auth Bridge knows a session status that the portal does not', {
				status: /^[A-Z][A-Z0-9_]{0,39}$/.test(status) ? status : 'not a word'
			});
		}
		return 'PENDING';
	};
}
