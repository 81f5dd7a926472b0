import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { keycloakTokens } from '../../harness/keycloak-tokens.ts';
import { processorMs } from '../../harness/process-tree.ts';
import { type Program, startProgram } from '../program.ts';

const driver = fileURLToPath(new URL('./sign-in-load.mjs', import.meta.url));
const Output = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({ count: v.number(), failures: v.number(), tookMs: v.number(), p99Ms: v.number() })
);

/** The server that sign-ins are sent to, and how. */
interface Task {
	readonly pid: number;
	readonly port: number;
	/** The path that starts a sign-in. */
	readonly path: string;
	/** The page that each browser opens before its first sign-in. */
	readonly page?: string;
	readonly atOnce: number;
}

/** The result of several sign-ins: the processor time of each, in milliseconds, and the time that 99 % of them do not exceed. */
export interface SignIns {
	readonly processorMs: number;
	readonly perSecond: number;
	readonly p99Ms: number;
	readonly failures: number;
}

/** Starts an STS in a separate process. Its tokens have the sizes of Keycloak's. */
export function startStubSts(): Promise<Program> {
	const { accessToken, refreshToken } = keycloakTokens();
	return startProgram('sign-ins/stub-sts.mjs', { STUB_TOKENS: JSON.stringify({ accessToken, refreshToken }) });
}

/** The portal's variables for this STS, with limits for sign-ins that all come from one address. */
export function signInSettings(issuer: string): Record<string, string> {
	return {
		STS_ISSUER_URL: issuer,
		RATE_LIMIT_PER_BROWSER: '100000',
		RATE_LIMIT_PER_ADDRESS: '100000',
		RATE_LIMIT_SIGN_INS_PER_ADDRESS: '100000'
	};
}

/** Signs in a number of times, several at once. */
export async function signIns({ pid, port, path, page, atOnce }: Task, total: number): Promise<SignIns> {
	const beforeMs = processorMs(pid);
	const child = spawn(process.execPath, [driver], { stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.end(JSON.stringify({ port, path, page, at: atOnce, total }));
	const { count, failures, tookMs, p99Ms } = v.parse(Output, await text(child.stdout));
	return { processorMs: (processorMs(pid) - beforeMs) / count, perSecond: (count * 1000) / tookMs, p99Ms, failures };
}
