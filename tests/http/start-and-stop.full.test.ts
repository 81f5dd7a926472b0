import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { listenOnLoopback } from '../harness/loopback.ts';
import { spawnPortal } from '../harness/portal-process.ts';
import { isListening, runToEnd, startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { signalGroup } from '../tasks/children.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

/** The lines of the output that are not log entries. */
const plainLines = (output: string) =>
	output
		.trim()
		.split('\n')
		.filter((line) => !line.startsWith('{'));

test('with an empty environment the portal does not start, and names everything that is missing', async () => {
	const { code, logs } = await runToEnd({ runtime, env: {} });
	expect(code).toBe(1);
	for (const name of ['AUTH_URL', 'AUTH_SECRET', 'STS_ISSUER_URL', 'STS_CLIENT_ID', 'AUTH_BRIDGE_URL']) {
		expect(logs).toContain(`${name}: is missing`);
	}
});

test('a weak secret is refused without being logged', async () => {
	const { code, logs } = await runToEnd({
		runtime,
		env: { ...bareEnvironment, AUTH_URL: 'http://localhost:3000', AUTH_SECRET: 'swordfish' }
	});
	expect(code).toBe(1);
	expect(logs).toContain('AUTH_SECRET: ');
	expect(logs).not.toContain('swordfish');
});

test.skipIf(runtime !== 'node')('DENO_KV on Node prevents the start with a one-line error', async () => {
	const env = { ...bareEnvironment, AUTH_URL: 'http://localhost:3000', DENO_KV: 'default' };
	const { code, logs } = await runToEnd({ runtime, env });
	expect(code).toBe(1);
	expect(logs.trim()).toBe("The portal can't start: DENO_KV works on Deno only. Set REDIS_URL, or remove DENO_KV.");
});

test.skipIf(runtime !== 'deno').each([
	['is in a folder that does not exist', 'nowhere/store.sqlite'],
	['is another file', 'text.txt']
])('a DENO_KV that %s prevents the start with a one-line error that names it', async (_, name) => {
	const folder = await mkdtemp(join(tmpdir(), 'portal-kv-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, 'text.txt'), 'Not a database. '.repeat(100));
	const env = { ...bareEnvironment, AUTH_URL: 'http://localhost:3000', DENO_KV: join(folder, name) };
	const { code, logs } = await runToEnd({ runtime, env });
	expect(code).toBe(1);
	expect(plainLines(logs)).toEqual([expect.stringMatching(/^The portal can't start: .* Check DENO_KV: /)]);
});

test('the portal starts with the environment that operators already use', async () => {
	const portal = await startPortal({
		runtime,
		env: {
			STS_ISSUER_URL: 'http://localhost:8092',
			STS_INTERNAL_URL: 'http://sts:8080',
			STS_CLIENT_ID: 'portal-frontend',
			STS_CLIENT_SECRET: 'portal-frontend-secret',
			AUTH_BRIDGE_URL: 'http://auth-bridge:8090',
			NEXTAUTH_SECRET: 'a-secret-of-exactly-32-character',
			NEXTAUTH_URL: 'http://localhost:3000',
			AUTH_TRUST_HOST: 'true',
			AUTH_URL: ''
		}
	});
	expect((await fetch(`${portal.url}/api/health`)).status).toBe(200);
	expect(await portal.stop()).toBe(0);
});

test('a misspelt variable is logged once at start-up with the nearest known name, and never with its value', async () => {
	const env = { ...bareEnvironment, AUTH_BRIDGE_TIMEOUT: 'swordfish', REDIS_SERVICE_HOST: '10.0.0.1' };
	const portal = await startPortal({ runtime, env });
	await portal.stop();
	const warnings = portal
		.logs()
		.split('\n')
		.filter((line) => line.includes('is not known to the portal'));
	expect(warnings).toEqual([
		expect.stringMatching(/"WARN".*AUTH_BRIDGE_TIMEOUT .*Did you mean AUTH_BRIDGE_TIMEOUT_MS\?/)
	]);
	expect(portal.logs()).not.toContain('swordfish');
});

test('a port that is in use stops the second portal with a one-line error that names the port', async () => {
	const first = await startPortal({ runtime, env: bareEnvironment });
	const env = { ...bareEnvironment, AUTH_URL: first.url, HOST: '127.0.0.1', PORT: String(first.port) };
	const { code, logs } = await runToEnd({ runtime, env });
	expect(code).toBe(1);
	expect(plainLines(logs)).toEqual([expect.stringContaining(`127.0.0.1:${first.port} is taken`)]);
	await first.stop();
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
	'after %s a request in flight is completed before the exit',
	async (signal) => {
		const portal = await startPortal({ runtime, env: bareEnvironment });
		let ended: Promise<number | null> | undefined;
		const response = await rawRequest(portal.port, {
			method: 'POST',
			path: '/api/wallet/sessions',
			headers: { 'content-type': 'application/json', origin: portal.url },
			body: (async function* () {
				yield '{"a":';
				await untilServed(portal.url);
				ended = portal.stop(signal);
				await untilRefused(portal.url);
				// Service managers signal each process of a group, some of them twice.
				for (const again of ['SIGTERM', 'SIGHUP', signal] as const) signalGroup(portal.pid, again);
				yield '1}';
			})()
		});
		expect(response.status).toBeGreaterThanOrEqual(400);
		expect(response.status).toBeLessThan(500);
		expect(await ended).toBe(0);
	}
);

/** What a start waits for. */
const store = ['the store', 'REDIS_URL', 'redis:'] as const;
const discovery = ['discovery', 'STS_ISSUER_URL', 'http:'] as const;

test.each(runtime === 'deno' ? [store, discovery] : [store])(
	'a signal during the start, while %s does not respond, leads to exit code 0',
	async (_, variable, scheme) => {
		const server = createServer((socket) => socket.on('error', () => {}));
		const connected = once(server, 'connection');
		const { url, stop } = await listenOnLoopback(server);
		onTestFinished(stop);
		const env = { ...bareEnvironment, AUTH_URL: 'http://localhost:3000', PORT: String(await freePort()) };
		const portal = spawnPortal(runtime, { ...env, [variable]: url.replace('http:', scheme) });
		await connected;
		portal.child.kill('SIGTERM');
		expect(await portal.ended).toBe(0);
		const messages = [...portal.logs().matchAll(/"message":"([^"]*)"/g)].map(([, message]) => message);
		expect(messages.at(-1)).toBe('stopped');
		expect(messages).not.toContain('listening');
	}
);

test('a signal that arrives while the port opens starts a drain', async () => {
	const port = await freePort();
	const address = { HOST: '127.0.0.1', PORT: String(port), AUTH_URL: `http://localhost:${port}` };
	const portal = spawnPortal(runtime, { ...bareEnvironment, ...address });
	while (portal.child.exitCode === null && !(await isListening(port)));
	portal.child.kill();
	expect(await portal.ended).toBe(0);
	expect(portal.logs()).toContain('draining');
});

/** Waits for a complete response on another connection: bytes that were sent before it have arrived by then. */
const untilServed = async (url: string) => (await fetch(`${url}/api/health`)).text();

async function untilRefused(url: string): Promise<void> {
	const refused = await fetch(`${url}/api/health`, { headers: { connection: 'close' } }).then(
		() => false,
		() => true
	);
	if (refused) return;
	await pause(20);
	return untilRefused(url);
}

test('a stopped instance behind a proxy reports that it drains, and serves requests until its delay is over', async () => {
	const env = { ...bareEnvironment, AUTH_TRUST_HOST: 'true', SHUTDOWN_DELAY_SECONDS: '1' };
	const portal = await startPortal({ runtime, env });
	const ended = portal.stop();
	await vi.waitFor(() => expect(portal.logs()).toContain('draining'), { timeout: 5000, interval: 10 });
	const [ready, instance, health] = await Promise.all(
		['/api/health/ready', '/api/health/ready?scope=instance', '/api/health'].map((path) => fetch(portal.url + path))
	);
	expect([ready?.status, instance?.status]).toEqual([503, 503]);
	expect(await ready?.json()).toMatchObject({ status: 'draining' });
	expect(await instance?.json()).toEqual({ status: 'draining' });
	expect(health?.status).toBe(200);
	expect(health?.headers.get('connection')).toBe('close');
	expect(await ended).toBe(0);
});

test.skipIf(runtime !== 'deno')(
	'the server exits when its launcher exits, even if the launcher is killed',
	async () => {
		const portal = await startPortal({ runtime, env: bareEnvironment });
		process.kill(portal.pid, 'SIGKILL');
		await vi.waitFor(async () => expect(await isListening(portal.port)).toBe(false), { timeout: 10_000, interval: 20 });
	}
);

test('a connection that has sent nothing, or only part of a request head, does not delay the shutdown', async () => {
	const portal = await startPortal({ runtime, env: bareEnvironment });
	const sockets = await Promise.all(
		['', 'GET /api/health HTTP/1.1\r\nHost: a'].map(async (head) => {
			const socket = connect(portal.port, '127.0.0.1');
			socket.on('error', () => {});
			await once(socket, 'connect');
			socket.write(head);
			return { socket, closed: once(socket, 'close') };
		})
	);
	await untilServed(portal.url);
	expect(await portal.stop()).toBe(0);
	await Promise.all(sockets.map(({ closed }) => closed));
	expect(portal.logs()).not.toContain('"ERROR"');
});
