import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type Environment, spawnPortal, spawnProgram } from './portal-process.ts';
import type { Build } from './runtime.ts';

const START_LIMIT_MS = 90_000;
/** More than the portal's own limits for stopping, on a busy machine too. */
const STOP_LIMIT_MS = 90_000;

interface PortalOptions {
	runtime: Build;
	/** The whole environment. Only HOST, PORT and AUTH_URL are derived from the port if they are absent. */
	env: Environment;
	/** A free port by default. */
	port?: number;
	/** Replaces the usual start command. */
	command?: [string, ...string[]] | undefined;
	/** A file descriptor for its standard error; standard output is then ignored, and `logs` is empty. */
	output?: number;
}

/** The real build, listening. */
export interface Portal {
	/** `http://localhost:{port}`, whatever AUTH_URL says. */
	url: string;
	port: number;
	/** The id of the started process. On Deno that is the launcher, whose child serves requests. */
	pid: number;
	/** Everything it has written so far. */
	logs(): string;
	/**
	 * Signals it to stop, and returns its exit code once it has ended.
	 * @throws with its output if it does not stop within 90 s; it is then killed
	 */
	stop(signal?: 'SIGTERM' | 'SIGINT' | 'SIGHUP'): Promise<number | null>;
}

/**
 * Starts the real build and waits until it listens.
 * @throws with its output if it ends before it listens
 */
export async function startPortal({ runtime, env, port: wanted, command, output }: PortalOptions): Promise<Portal> {
	const port = wanted ?? (await freePort());
	const url = `http://localhost:${port}`;
	const all = { HOST: '127.0.0.1', PORT: String(port), AUTH_URL: url, ...env };
	const portal = command ? spawnProgram(command, all, output) : spawnPortal(runtime, all, output);

	const deadlineMs = Date.now() + START_LIMIT_MS;
	while (!(await isListening(port))) {
		if (portal.child.exitCode !== null) throw new Error(`The portal ended before it listened:\n${portal.logs()}`);
		if (Date.now() > deadlineMs) {
			portal.kill();
			throw new Error(`The portal does not listen:\n${portal.logs()}`);
		}
		await pause(25);
	}
	return {
		url,
		port,
		pid: portal.child.pid ?? 0,
		logs: () => portal.logs(),
		stop: async (signal = 'SIGTERM') => {
			portal.child.kill(signal);
			const limit = new AbortController();
			const late = pause(STOP_LIMIT_MS, 'late' as const, { signal: limit.signal }).catch(() => null);
			const code = await Promise.race([portal.ended, late]);
			limit.abort();
			if (code !== 'late') return code;
			portal.kill();
			throw new Error(`The portal did not stop:\n${portal.logs()}`);
		}
	};
}

/** Runs a portal that is expected to refuse to start; returns its exit code and its output. */
export async function runToEnd({ runtime, env }: PortalOptions): Promise<{ code: number | null; logs: string }> {
	const portal = spawnPortal(runtime, env);
	const limit = setTimeout(() => portal.kill(), START_LIMIT_MS);
	const code = await portal.ended;
	clearTimeout(limit);
	return { code, logs: portal.logs() };
}

/** Whether a process accepts connections on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1' });
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
