import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { signalGroup, startTied } from '../tasks/children.mjs';
import { portalCommand, START_ENVIRONMENT } from '../tasks/runtime.mjs';
import type { Build } from './runtime.ts';

export type Environment = Readonly<Record<string, string>>;

/** The process of a started build, running or ended. */
interface PortalProcess {
	child: ChildProcess;
	/** Everything it has written so far, both streams in order of arrival. */
	logs(): string;
	/** The exit code, or `null` if a signal terminated it. Settles when the process has ended. */
	ended: Promise<number | null>;
	/** Kills it and its children at once. */
	kill(): void;
}

/** Starts the build with exactly this environment. */
export function spawnPortal(build: Build, env: Environment, output?: number): PortalProcess {
	return spawnProgram(portalCommand(build), { ...START_ENVIRONMENT, ...env }, output);
}

/**
 * Starts a program of a build with exactly this environment, plus the variables needed to find programs. It ends with this
 * process, and so do its children.
 * @param output a file descriptor for its standard error; standard output is then ignored, and `logs` is empty
 */
export function spawnProgram(
	command: [string, ...string[]],
	env: Environment,
	output: number | 'pipe' = 'pipe'
): PortalProcess {
	const child = startTied(command, {
		// Not the repository: a build must not depend on the folder in which it is started.
		cwd: tmpdir(),
		env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
		// Two streams in one pipe would mix their lines while its reader stalls.
		stdio: ['ignore', output === 'pipe' ? 'pipe' : 'ignore', output]
	});
	const written: Buffer[] = [];
	for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => written.push(chunk));
	return {
		child,
		logs: () => Buffer.concat(written).toString(),
		ended: new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', resolve);
		}),
		kill: () => {
			if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
		}
	};
}
