import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { portalCommand } from '../tasks/runtime.mjs';
import type { Build } from './runtime.ts';

export type Environment = Readonly<Record<string, string>>;

/** A started build, running or not. */
export interface PortalProcess {
	child: ChildProcess;
	/** Everything it has written so far, both streams in order of arrival. */
	logs(): string;
	/** Its exit code, or `null` after an untamed signal; settles when it has ended. */
	ended: Promise<number | null>;
}

/** Starts the build with exactly this environment. */
export function spawnPortal(build: Build, env: Environment): PortalProcess {
	return spawnProgram(portalCommand(build), env);
}

/** Starts a program of a build with exactly this environment; of ours only what finds programs is added. */
export function spawnProgram([program, ...args]: [string, ...string[]], env: Environment): PortalProcess {
	const child = spawn(program, args, {
		// Not the repository: a build must not depend on where it is started.
		cwd: tmpdir(),
		env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	const written: Buffer[] = [];
	child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
	child.stderr.on('data', (chunk: Buffer) => written.push(chunk));
	return {
		child,
		logs: () => Buffer.concat(written).toString(),
		ended: new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', resolve);
		})
	};
}
