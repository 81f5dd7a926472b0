/** One thing that was looked at, in words an operator understands. */
export interface Finding {
	/** `fault`: people can't sign in, or a promise of the portal is broken. `warning`: works, and should be mended. */
	readonly level: 'ok' | 'warning' | 'fault';
	readonly what: string;
	/** What to do; absent when nothing is wrong. */
	readonly advice?: string;
}

export const ok = (what: string): Finding => ({ level: 'ok', what });
export const warning = (what: string, advice: string): Finding => ({ level: 'warning', what, advice });
export const fault = (what: string, advice: string): Finding => ({ level: 'fault', what, advice });

const marks: Readonly<Record<Finding['level'], string>> = { ok: '✓', warning: '!', fault: '✗' };

/** One or two lines for a terminal. */
export function asText({ level, what, advice }: Finding): string {
	return `${marks[level]} ${what}${advice === undefined ? '' : `\n    → ${advice}`}`;
}
