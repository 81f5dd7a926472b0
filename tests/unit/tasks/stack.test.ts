import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../harness/free-port.ts';
import { root } from '../../tasks/runtime.mjs';
import { refuseTakenPorts } from '../../tasks/stack.mjs';

describe.each(['127.0.0.1', '::1'])('a port that a program on %s uses', (host) => {
	let server: Server;
	let port: number;

	beforeAll(async () => {
		port = await freePort();
		server = createServer((socket) => socket.destroy());
		await new Promise<void>((resolve) => server.listen({ port, host }, resolve));
	});
	afterAll(() => new Promise((resolve) => server.close(resolve)));

	test('is refused with one line that names it, and the variable that changes it', async () => {
		await expect(refuseTakenPorts({ PORT: port })).rejects.toThrow(
			`Port ${port} is taken by another program. Stop it, or choose another port: PORT=<port>`
		);
	});

	test.each(['dev', 'demo', 'gallery'])('makes npm run %s exit with only that line', (task) => {
		const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tests', 'tasks', `${task}.mjs`)], {
			env: { ...process.env, PORT: String(port) },
			encoding: 'utf8'
		});
		expect([status, stdout, stderr.trim()]).toEqual([1, '', expect.stringMatching(`^Port ${port} is taken.*$`)]);
	});
});

test('an unused port is accepted', async () => {
	await expect(refuseTakenPorts({ PORT: await freePort() })).resolves.toBeUndefined();
});
