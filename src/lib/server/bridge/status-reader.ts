import { isSessionStatusValue, type SessionStatusValue } from '$lib/wallet/session-status';

export type Warn = (message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Words of at most 40 characters. */
const MAX_REPORTED = 50;

/** Reads status values. One that isn't listed counts as "still waiting", and is reported once. */
export function createStatusReader(warn: Warn): (status: string) => SessionStatusValue {
	const reported = new Set<string>();
	return (status) => {
		if (isSessionStatusValue(status)) return status;
		const word = /^[A-Z][A-Z0-9_]{0,39}$/.test(status) ? status : 'not a word';
		if (!reported.has(word) && reported.size < MAX_REPORTED) {
			reported.add(word);
			warn('the Auth Bridge knows a session status that the portal does not', { status: word });
		}
		return 'PENDING';
	};
}
