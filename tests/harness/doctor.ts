import * as v from 'valibot';
import { doctorCommand } from '../tasks/runtime.mjs';
import { type Environment, spawnProgram } from './portal-process.ts';
import { runtime } from './runtime.ts';
import type { Sandbox } from '../sandbox/index.ts';

const Finding = v.strictObject({
	check: v.string(),
	severity: v.picklist(['good', 'warning', 'wrong']),
	message: v.string(),
	advice: v.nullable(v.string())
});
/** The shape of `--json` that docs/operations.md promises. */
const Report = v.strictObject({
	format: v.literal(1),
	portal: v.string(),
	runtime: v.string(),
	summary: v.strictObject({ good: v.number(), warning: v.number(), wrong: v.number() }),
	findings: v.array(Finding)
});

export interface Diagnosis {
	readonly code: number | null;
	/** Everything that was printed. */
	readonly text: string;
	readonly summary: v.InferOutput<typeof Report>['summary'];
	/**
	 * A check's severity with its message and advice, such as `wrong: The STS refuses … → Check …`; undefined if the check
	 * was not run.
	 */
	readonly find: (check: string) => string | undefined;
	/** The names of the checks that found something to fix, without `runtime`. */
	readonly bad: readonly string[];
}

/** An environment for which the doctor reports every check as good. */
export function healthyEnvironment(sandbox: Sandbox, portalUrl: string): Environment {
	return {
		AUTH_URL: portalUrl,
		AUTH_SECRET: 'lantern-7Qd2-harbour-Kx91-violet-meadow-3Zt8',
		STS_ISSUER_URL: sandbox.stsUrl,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		AUTH_BRIDGE_URL: sandbox.bridgeUrl
	};
}

/**
 * Runs the built doctor of this run's runtime with exactly this environment.
 * @param stdin a file to read as standard input
 */
export async function runDoctor(env: Environment, args: readonly string[] = [], stdin = '/dev/null') {
	const doctor = spawnProgram(['sh', '-c', `exec "$@" < "${stdin}"`, 'sh', ...doctorCommand(runtime, [...args])], env);
	return { code: await doctor.ended, text: doctor.logs() };
}

/** Like `runDoctor`, with `--json` and a parsed report. */
export async function diagnose(env: Environment, args: readonly string[] = [], stdin?: string): Promise<Diagnosis> {
	const { code, text } = await runDoctor(env, [...args, '--json'], stdin);
	const { findings, summary } = v.parse(Report, JSON.parse(text));
	return {
		code,
		text,
		summary,
		find: (check) => {
			const found = findings.find((finding) => finding.check === check);
			return found && `${found.severity}: ${[found.message, found.advice].filter(Boolean).join(' → ')}`;
		},
		// The tests also run on versions of Node that have reached their end of life.
		bad: findings.filter(({ severity, check }) => severity !== 'good' && check !== 'runtime').map(({ check }) => check)
	};
}
