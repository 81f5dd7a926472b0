import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { startLandscape } from '../harness/landscape.ts';
import { startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { portalCommand } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

/** Starts the build in a shell with a lowered limit of open files. */
const commandWith = (files: number): [string, ...string[]] => [
	'sh',
	'-c',
	`ulimit -n ${files} && exec "$@"`,
	'sh',
	...portalCommand(runtime)
];

/** The warnings about such a limit at the start. */
async function warningsWith(files: number, connections: number): Promise<string[]> {
	// Deno's server has no limit of connections: there, event streams and requests need the files.
	const limits =
		runtime === 'deno'
			? { EVENT_STREAMS: String(connections - 100), REQUESTS_AT_ONCE: '100' }
			: { CONNECTIONS: String(connections) };
	const env = { ...bareEnvironment, ...limits, SHUTDOWN_DELAY_SECONDS: '0' };
	const portal = await startPortal({ runtime, env, command: commandWith(files) });
	await portal.stop();
	return portal
		.logs()
		.split('\n')
		.filter((line) => line.includes('ulimit -n'));
}

test('a limit of open files that is too low for CONNECTIONS causes one warning at startup, with the number that is needed', async () => {
	const warnings = await warningsWith(1024, 30_000);
	expect(warnings).toEqual([expect.stringContaining('"WARN"')]);
	expect(JSON.parse(warnings[0] ?? '')).toMatchObject({
		properties: { limit: 1024, connections: 30_000, needed: 31_000 }
	});
});

test('a limit of open files that is high enough causes no warning', async () => {
	expect(await warningsWith(1024, 700)).toEqual([]);
});

// Deno's server has no limit of connections (docs/operations.md).
test.skipIf(runtime === 'deno')('idle connections leave open files for calls to other services', async () => {
	const landscape = await startLandscape({ runtime, command: commandWith(300) });
	const { port } = landscape.portal;
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	const browser = new Browser(landscape.url);
	await browser.open('/login');
	const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
	const headers = { cookie, origin: landscape.url, 'content-type': 'application/json' };
	const createSession = async () => {
		const sent = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/api/wallet/sessions', headers });
		const [response] = (await once(sent.end('{}'), 'response')) as [IncomingMessage];
		await text(response);
		return response.statusCode;
	};
	const before = await createSession();
	let closed = 0;
	const idle = Array.from({ length: 400 }, () =>
		connect(port, '127.0.0.1')
			.on('error', () => {})
			.once('close', () => closed++)
	);
	await expect.poll(() => closed).toBeGreaterThan(400 - 300);
	expect([before, await createSession()]).toEqual([201, 201]);
	for (const socket of idle) socket.destroy();
	agent.destroy();
	await landscape.stop();
});
