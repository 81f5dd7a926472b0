import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { startTied } from '../tasks/children.mjs';
import { freePort } from './free-port.ts';

const PROGRAM = 'redis-server';
const START_LIMIT_MS = 60_000;

const valkey = process.env.VALKEY_SERVER;
/** The servers that the store is tested with: Valkey too where VALKEY_SERVER names its program. */
export const servers: readonly { readonly name: string; readonly program: string }[] = [
	{ name: 'Redis', program: PROGRAM },
	...(valkey === undefined ? [] : [{ name: 'Valkey', program: valkey }])
];

interface RedisOptions {
	/** `redis-server` by default. */
	readonly program?: string | undefined;
	/** `cluster`: the only node of a Cluster, with all slots. `sentinel`: a Sentinel that watches nothing. */
	readonly mode?: 'cluster' | 'sentinel';
	/** The address then names a user who has only these permissions, as `ACL SETUSER` expects them. */
	readonly permissions?: string;
}

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

export async function startRedis({ program = PROGRAM, mode, permissions }: RedisOptions = {}): Promise<Redis> {
	const port = await freePort();
	const user = permissions === undefined ? [] : ['--user', 'portal', 'on', '>pw', ...permissions.split(' ')];
	let child: ChildProcess | undefined;
	let folder = '';

	async function start(): Promise<void> {
		folder = await mkdtemp(join(tmpdir(), 'portal-redis-'));
		const address = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
		child = startTied([program, ...(await settingsOf(mode, folder)), ...address, ...user], { stdio: 'ignore' });
		const deadlineMs = Date.now() + START_LIMIT_MS;
		while (!(await responds(port))) {
			if (child.exitCode !== null || Date.now() > deadlineMs) throw new Error('Redis does not start');
			await pause(20);
		}
		if (mode === 'cluster') await command('CLUSTER ADDSLOTSRANGE 0 16383');
	}

	async function stop(): Promise<void> {
		const ending = child;
		if (!ending || hasExited(ending)) return;
		const ended = new Promise((resolve) => ending.once('exit', resolve));
		ending.kill('SIGKILL');
		await ended;
		await rm(folder, { recursive: true, force: true });
	}

	async function command(line: string, password?: string): Promise<unknown> {
		const client = createClient({ url: `redis://127.0.0.1:${port}`, ...(password && { password }) });
		client.on('error', () => {});
		await client.connect();
		try {
			return await client.sendCommand(line.split(' ').map((word) => (word === "''" ? '' : word)));
		} finally {
			client.destroy();
		}
	}

	await start();
	return {
		url: `redis://${permissions === undefined ? '' : 'portal:pw@'}127.0.0.1:${port}`,
		start,
		stop,
		freeze: () => child?.kill('SIGSTOP'),
		thaw: () => child?.kill('SIGCONT'),
		command,
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

/** @param folder for the files that a Cluster and a Sentinel write */
async function settingsOf(mode: RedisOptions['mode'], folder: string): Promise<string[]> {
	if (mode === 'sentinel') {
		const file = join(folder, 'sentinel.conf');
		await writeFile(file, '');
		return [file, '--sentinel'];
	}
	const settings = ['--save', '', '--appendonly', 'no'];
	// By default the port of the bus is 10,000 higher, and may be no port.
	return mode ? [...settings, '--cluster-enabled', 'yes', '--cluster-port', String(await freePort())] : settings;
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null;
}

function responds(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
		socket.once('data', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
