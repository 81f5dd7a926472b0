import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startTied } from '../tasks/children.mjs';

/** A small server that a measurement uses, in a separate process. */
export interface Program {
	readonly port: number;
	readonly pid: number;
	stop(): Promise<void>;
}

/**
 * Starts a program that prints its port once it listens.
 * @param file below `tests/bench`
 * @param command the runtime and its flags; Node by default
 */
export async function startProgram(
	file: string,
	env: Readonly<Record<string, string>> = {},
	[runtime, ...flags]: readonly [string, ...string[]] = [process.execPath]
): Promise<Program> {
	const path = fileURLToPath(new URL(file, import.meta.url));
	const child = startTied([runtime, ...flags, path], {
		env: { ...process.env, NODE_ENV: 'production', ...env },
		stdio: ['ignore', 'pipe', 'inherit']
	});
	if (!child.stdout) throw new Error('The program has no output.');
	const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
	return { port: Number(line), pid: child.pid ?? 0, stop: () => stopped(child) };
}

async function stopped(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null) return;
	const ended = once(child, 'exit');
	child.kill();
	await ended;
}
