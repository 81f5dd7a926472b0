import { runtime, version } from '../lib/server/about';

/** Raised only when a consumer of `--json` would break. */
const FORMAT = 1;
const marks: Readonly<Record<Severity, string>> = { good: '✓', warning: '!', wrong: '✗' };

/** What the doctor prints: lines for a terminal, or JSON as docs/operations.md describes it. */
export function reportText(findings: readonly Finding[], { json }: { readonly json: boolean }): string {
	const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
	const summary = { good: count('good'), warning: count('warning'), wrong: count('wrong') };
	if (json) return JSON.stringify({ format: FORMAT, portal: version, runtime, summary, findings }, null, 2);
	return `${findings.map(lines).join('\n')}\n\n${summary.good} good, ${summary.warning} to look at, ${summary.wrong} wrong`;
}

/** 1 when something is wrong, else 0. */
export function exitCode(findings: readonly Finding[]): 0 | 1 {
	return findings.some(({ severity }) => severity === 'wrong') ? 1 : 0;
}

function lines({ severity, message, advice }: Finding): string {
	return `${marks[severity]} ${message}${advice === null ? '' : `\n    → ${advice}`}`;
}

type Severity = 'good' | 'warning' | 'wrong';

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
