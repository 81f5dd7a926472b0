import { runtime, version } from '../lib/server/version';

/** Incremented only for a change that breaks consumers of `--json`. */
const FORMAT = 1;
const marks: Readonly<Record<Severity, string>> = { good: '✓', warning: '!', wrong: '✗' };

/** The doctor's output: lines for a terminal, or JSON as described in docs/operations.md. */
export function reportText(findings: readonly Finding[], { json }: { readonly json: boolean }): string {
	const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
	const summary = { good: count('good'), warning: count('warning'), wrong: count('wrong') };
	if (json) return JSON.stringify({ format: FORMAT, portal: version, runtime, summary, findings }, null, 2);
	return `${findings.map(lines).join('\n')}\n\n${summary.good} good, ${summary.warning} to look at, ${summary.wrong} wrong`;
}

/** 1 if a finding has the severity `wrong`, else 0. */
export function exitCode(findings: readonly Finding[]): 0 | 1 {
	return findings.some(({ severity }) => severity === 'wrong') ? 1 : 0;
}

function lines({ severity, message, advice }: Finding): string {
	return `${marks[severity]} ${message}${advice === null ? '' : `\n    → ${advice}`}`;
}

type Severity = 'good' | 'warning' | 'wrong';

/** The result of one check, for operators. */
export interface Finding {
	/** The stable name of the check, such as `sts.issuer`, as in `--json` and docs/operations.md. */
	readonly check: string;
	/** `wrong`: something does not work, or is not secure. `warning`: it works, but should be fixed. */
	readonly severity: Severity;
	readonly message: string;
	/** What to do; null if nothing is wrong. */
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
