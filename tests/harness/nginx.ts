import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTied } from '../tasks/children.mjs';
import type { Certificate } from './certificate.ts';
import { isListening } from './portal.ts';

const PROGRAM = 'nginx';
const START_LIMIT_MS = 60_000;

interface NginxOptions {
	/** The port for TLS connections on 127.0.0.1. */
	readonly port: number;
	readonly portalPort: number;
	readonly certificate: Certificate;
}

export interface Nginx {
	/** The content of its error log so far. */
	errors(): string;
	stop(): Promise<void>;
}

/**
 * The real nginx in front of a portal, configured as docs/operations.md describes and with nothing else: default buffer
 * sizes, and HTTP/1.0 to the portal.
 */
export async function startNginx({ port, portalPort, certificate }: NginxOptions): Promise<Nginx> {
	const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
	// If root starts nginx, its workers run with other rights, and store their buffers below this folder.
	await chmod(folder, 0o755);
	await writeFile(join(folder, 'cert.pem'), certificate.cert);
	await writeFile(join(folder, 'key.pem'), certificate.key);
	await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, portalPort));

	const child = startTied([PROGRAM, '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], {
		stdio: ['ignore', 'ignore', 'pipe']
	});
	const ended = once(child, 'exit');
	const written: Buffer[] = [];
	child.stderr?.on('data', (chunk: Buffer) => written.push(chunk));
	const errors = () => Buffer.concat(written).toString();

	const deadlineMs = performance.now() + START_LIMIT_MS;
	while (!(await isListening(port))) {
		if (child.exitCode !== null || performance.now() > deadlineMs)
			throw new Error(`nginx does not start:\n${errors()}`);
		await pause(20);
	}
	return {
		errors,
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
			await rm(folder, { recursive: true, force: true });
		}
	};
}

function configuration(folder: string, port: number, portalPort: number): string {
	const buffers = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
	return `
daemon off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
	access_log off;
	${buffers.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n\t')}
	server {
		listen 127.0.0.1:${port} ssl;
		ssl_certificate ${folder}/cert.pem;
		ssl_certificate_key ${folder}/key.pem;
		location / {
			proxy_pass http://127.0.0.1:${portalPort};
			proxy_set_header X-Forwarded-Proto $scheme;
			proxy_set_header X-Forwarded-Host $http_host;
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
		}
	}
}
`;
}
