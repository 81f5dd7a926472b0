import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTied } from '../tasks/children.mjs';
import { root } from '../tasks/runtime.mjs';
import { makeCertificate } from './certificate.ts';
import { freePort } from './free-port.ts';
import { isListening } from './portal.ts';

export type ProxyProgram = 'nginx' | 'caddy' | 'haproxy';

export interface HostedProxy {
	/** `https://localhost:{port}` */
	readonly url: string;
	/** The same over http, which the proxy redirects. */
	readonly plainUrl: string;
	/** What the proxy has logged. */
	readonly logs: () => Promise<string>;
	stop(): Promise<void>;
}

/** What a configuration of docs/hosting is changed to, so that it runs on this machine. */
interface Place {
	readonly folder: string;
	readonly port: number;
	readonly plainPort: number;
	readonly portalPort: number;
	/** The port of a second instance, which only nginx.conf prepares. */
	readonly secondPort: number | undefined;
}

interface Recipe {
	/** The file in docs/hosting. */
	readonly file: string;
	readonly command: (configuration: string, place: Place) => readonly string[];
	/** The texts to replace in that file. Each of them must be there. */
	readonly replacements: (place: Place) => readonly (readonly [from: string | RegExp, to: string])[];
	/** What the main configuration of a distribution has around the file. */
	readonly around?: (text: string, place: Place) => string;
}

const START_LIMIT_MS = 60_000;
const ACCESS_LOG = 'access.log';
const TEMP_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const recipes: Readonly<Record<ProxyProgram, Recipe>> = {
	nginx: {
		file: 'nginx.conf',
		command: (configuration, { folder }) => ['nginx', '-p', folder, '-e', 'stderr', '-c', configuration],
		replacements: ({ folder, port, plainPort, portalPort, secondPort }) => [
			['\tlisten [::]:80;\n', ''],
			['\tlisten [::]:443 ssl http2;\n', ''],
			['listen 80;', `listen 127.0.0.1:${plainPort};`],
			['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
			[/server_name portal\.example\.org;/g, 'server_name localhost;'],
			[/\/var\/log\/nginx\/wallet-portal\.log/g, join(folder, ACCESS_LOG)],
			['/etc/ssl/wallet-portal/cert.pem', join(folder, 'cert.pem')],
			['/etc/ssl/wallet-portal/key.pem', join(folder, 'key.pem')],
			['127.0.0.1:3000', `127.0.0.1:${portalPort}`],
			...(secondPort === undefined ? [] : [['# server 127.0.0.1:3001', `server 127.0.0.1:${secondPort}`] as const])
		],
		around: (text, { folder }) =>
			`daemon off;\npid ${folder}/nginx.pid;\nerror_log stderr warn;\nevents {}\nhttp {\n` +
			`${TEMP_PATHS.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}\n${text}}\n`
	},
	caddy: {
		file: 'Caddyfile',
		command: (configuration) => ['caddy', 'run', '--config', configuration, '--adapter', 'caddyfile'],
		replacements: ({ folder, port, portalPort }) => [
			[
				/^portal\.example\.org \{$/m,
				`https://localhost:${port} {\n\ttls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`
			],
			['127.0.0.1:3000', `127.0.0.1:${portalPort}`]
		],
		around: (text, { port, plainPort }) => `{\n\tadmin off\n\thttp_port ${plainPort}\n\thttps_port ${port}\n}\n${text}`
	},
	haproxy: {
		file: 'haproxy.cfg',
		command: (configuration) => ['haproxy', '-db', '-f', configuration],
		replacements: ({ folder, port, plainPort, portalPort }) => [
			['\tuser haproxy\n\tgroup haproxy\n', ''],
			['log /dev/log local0', 'log stdout format raw local0'],
			['bind :::80 v4v6\n', `bind 127.0.0.1:${plainPort}\n`],
			[
				'bind :::443 v4v6 ssl crt /etc/haproxy/wallet-portal.pem',
				`bind 127.0.0.1:${port} ssl crt ${join(folder, 'both.pem')}`
			],
			['redirect prefix https://portal.example.org', 'redirect prefix https://localhost'],
			['maxconn 50000', 'maxconn 500'],
			['127.0.0.1:3000', `127.0.0.1:${portalPort}`]
		]
	}
};

/** Whether the program is installed. If not, prints that. */
export function hasProxy(program: ProxyProgram): boolean {
	const isThere = spawnSync(program, [program === 'caddy' ? 'version' : '-v']).status === 0;
	if (!isThere) console.log(`skipped: no ${program}`);
	return isThere;
}

/** A real proxy in front of a portal, with the configuration of docs/hosting. */
export async function startHostedProxy(
	program: ProxyProgram,
	portalPort: number,
	secondPort?: number
): Promise<HostedProxy> {
	const folder = await mkdtemp(join(tmpdir(), `${program}-`));
	const place = { folder, portalPort, secondPort, port: await freePort(), plainPort: await freePort() };
	// If root starts nginx, its workers run with other rights, and store their buffers below this folder.
	await chmod(folder, 0o755);
	const { cert, key } = await makeCertificate();
	await writeFile(join(folder, 'cert.pem'), cert);
	await writeFile(join(folder, 'key.pem'), key);
	await writeFile(join(folder, 'both.pem'), cert + key);
	const recipe = recipes[program];
	const configuration = join(folder, recipe.file);
	await writeFile(configuration, await configurationOf(recipe, place));

	const child = startTied(recipe.command(configuration, place), {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
	});
	const written: Buffer[] = [];
	for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk: Buffer) => written.push(chunk));
	const output = () => Buffer.concat(written).toString();
	await untilListening(program, child, place.port, output);
	return {
		url: `https://localhost:${place.port}`,
		plainUrl: `http://localhost:${place.plainPort}`,
		logs: async () => output() + (await readFile(join(folder, ACCESS_LOG), 'utf8').catch(() => '')),
		stop: async () => {
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			await ended;
			await rm(folder, { recursive: true, force: true });
		}
	};
}

async function configurationOf({ file, replacements, around }: Recipe, place: Place): Promise<string> {
	let text = await readFile(join(root, 'docs/hosting', file), 'utf8');
	for (const [from, to] of replacements(place)) {
		const changed = text.replace(from, () => to);
		if (changed === text) throw new Error(`docs/hosting/${file} does not contain ${String(from)}`);
		text = changed;
	}
	return around?.(text, place) ?? text;
}

async function untilListening(program: string, child: ChildProcess, port: number, output: () => string): Promise<void> {
	const deadlineMs = performance.now() + START_LIMIT_MS;
	while (!(await isListening(port))) {
		if (child.exitCode !== null || performance.now() > deadlineMs)
			throw new Error(`${program} does not start:\n${output()}`);
		await pause(20);
	}
}
