import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../harness/free-port.ts';
import { untilGroupEnds } from '../../harness/process-group';
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

describe('while the first of two programs starts', () => {
	const parent = fileURLToPath(new URL('./stack-parent.mjs', import.meta.url));

	/** Runs the task, and ends it with the signal when the first program has started and the task waits for it. */
	async function runAndEnd(signal: NodeJS.Signals) {
		const waiting: ServerResponse[] = [];
		let hasStarted = false;
		const server = createHttpServer(({ url }, response) => {
			if (url === '/first-ends') {
				// The task learns that the first program responds, although it is being ended.
				for (const poll of waiting) poll.end();
				response.end();
				return;
			}
			if (url === '/first') waiting.push(response);
			else response.end();
			hasStarted ||= url === '/first-started';
			if (hasStarted && waiting.length > 0) task.kill(signal);
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const task = spawn(process.execPath, [parent, address], { stdio: ['ignore', 'pipe', 'inherit'] });
		const [output, [code]] = await Promise.all([text(task.stdout), once(task, 'exit')]);
		server.closeAllConnections();
		server.close();
		return { code: code as number | null, lines: output.trim().split('\n') };
	}

	test('Ctrl-C ends it, and the second one is not started', { timeout: 120_000 }, async () => {
		expect(await runAndEnd('SIGINT')).toEqual({ code: 0, lines: [expect.stringMatching(/^\d+$/)] });
	});

	test('it ends if the task is killed', { timeout: 120_000 }, async () => {
		const { lines } = await runAndEnd('SIGKILL');
		await untilGroupEnds(Number(lines[0]));
	});
});
