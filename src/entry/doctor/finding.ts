export type Severity = 'good' | 'warning' | 'wrong';

/** The result of one check, in words that an operator understands. */
export interface Finding {
	/** Stable name of the check, such as `sts.issuer`: `--json` shows it, and docs/operations.md lists it. */
	readonly check: string;
	/** `wrong`: something does not work, or a promise of the portal is broken. `warning`: it works, and should be fixed. */
	readonly severity: Severity;
	readonly message: string;
	/** What to do; null when nothing is wrong. */
	readonly advice: string | null;
}

export const good = (check: string, message: string): Finding => ({ check, severity: 'good', message, advice: null });
export const warning = (check: string, message: string, advice: string): Finding => ({
	check,
	severity: 'warning',
	message,
	advice
});
export const wrong = (check: string, message: string, advice: string): Finding => ({
	check,
	severity: 'wrong',
	message,
	advice
});
