import { type ChildProcess, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { startTied } from '../tasks/children.mjs';
import { freePort } from './free-port.ts';

const PROGRAM = 'redis-server';
const START_LIMIT_MS = 60_000;

/** A real Redis for one test, without persistence. */
export interface Redis {
	readonly url: string;
	start(): Promise<void>;
	stop(): Promise<void>;
	/** Stops responding with all connections open, until `thaw`. */
	freeze(): void;
	thaw(): void;
	/** Sends one command, such as `CONFIG SET maxmemory 1`, with the password that is currently set. */
	command(line: string, password?: string): Promise<unknown>;
	/** The keys that match a pattern, as `KEYS` finds them. */
	keys(pattern: string): Promise<string[]>;
	/** Records each command from now on, as `MONITOR` shows it. */
	monitor(): Promise<Monitor>;
}

export interface Monitor {
	/** The commands of all clients, oldest first. */
	readonly commands: readonly string[];
	stop(): void;
}

/** Whether Redis is installed. If not, prints that. */
export function hasRedis(): boolean {
	const isThere = spawnSync(PROGRAM, ['--version']).status === 0;
	if (!isThere) console.log('skipped: no Redis');
	return isThere;
}

export async function startRedis(): Promise<Redis> {
	const port = await freePort();
	let child: ChildProcess | undefined;

	async function start(): Promise<void> {
		const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
		child = startTied([PROGRAM, ...settings, '--dir', tmpdir()], { stdio: 'ignore' });
		const deadlineMs = Date.now() + START_LIMIT_MS;
		while (!(await answers(port))) {
			if (child.exitCode !== null || Date.now() > deadlineMs) throw new Error('Redis does not start');
			await pause(20);
		}
	}

	async function stop(): Promise<void> {
		const ending = child;
		if (!ending || hasExited(ending)) return;
		const ended = new Promise((resolve) => ending.once('exit', resolve));
		ending.kill('SIGKILL');
		await ended;
	}

	await start();
	return {
		url: `redis://127.0.0.1:${port}`,
		start,
		stop,
		freeze: () => child?.kill('SIGSTOP'),
		thaw: () => child?.kill('SIGCONT'),
		command: async (line, password) => {
			const client = createClient({ url: `redis://127.0.0.1:${port}`, ...(password && { password }) });
			client.on('error', () => {});
			await client.connect();
			try {
				return await client.sendCommand(line.split(' ').map((word) => (word === "''" ? '' : word)));
			} finally {
				client.destroy();
			}
		},
		keys: async (pattern) => {
			const client = createClient({ url: `redis://127.0.0.1:${port}` });
			await client.connect();
			const found = await client.keys(pattern);
			client.destroy();
			return found;
		},
		monitor: async () => {
			const client = createClient({ url: `redis://127.0.0.1:${port}` });
			client.on('error', () => {});
			await client.connect();
			const commands: string[] = [];
			await client.monitor((line) => commands.push(line));
			return { commands, stop: () => client.destroy() };
		}
	};
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null;
}

function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
		socket.once('data', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
