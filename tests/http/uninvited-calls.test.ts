import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type EgressProxy, startEgressProxy } from '../harness/egress-proxy.ts';
import { spawnProgram } from '../harness/portal-process.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { denoBinary, root } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

/** Requests that Deno itself sends to other hosts would use this proxy; the portal's own requests do not. */
async function startWitness(): Promise<{ proxy: EgressProxy; env: Readonly<Record<string, string>> }> {
	const proxy = await startEgressProxy({ targets: new Map() });
	const folder = await mkdtemp(join(tmpdir(), 'deno-dir-'));
	onTestFinished(async () => {
		await proxy.stop();
		await rm(folder, { recursive: true, force: true });
	});
	// Deno checks once a day; with a new folder it has not checked yet.
	return { proxy, env: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1', DENO_DIR: folder } };
}

test.runIf(runtime === 'deno')('at start-up, the portal calls only hosts that the configuration names', async () => {
	const { proxy, env } = await startWitness();
	const task: [string, ...string[]] = [
		denoBinary(),
		'task',
		'--config',
		join(root, 'deno.json'),
		'--cwd',
		root,
		'start'
	];
	const PATH = `${join(denoBinary(), '..')}:${process.env.PATH ?? ''}`;
	const portal: Portal = await startPortal({ runtime, env: { ...bareEnvironment, ...env, PATH }, command: task });
	onTestFinished(async () => {
		await portal.stop();
	});

	// Deno sends its own requests half a second after its start: those of this later process have been seen.
	const witness = await startWitness();
	const idle = spawnProgram(
		[
			denoBinary(),
			'run',
			'--no-config',
			'data:text/javascript,await new Promise((resolve) => setTimeout(resolve, 60000))'
		],
		witness.env
	);
	onTestFinished(() => idle.kill());
	await vi.waitFor(() => expect(witness.proxy.requests).toContain('CONNECT dl.deno.land:443'), { timeout: 15_000 });
	expect(proxy.requests).toEqual([]);
	expect(portal.logs()).not.toContain('dl.deno.land');
});

test.runIf(runtime === 'deno')(
	'a start without the variable that disables Deno’s update check logs a warning',
	async () => {
		const { env } = await startWitness();
		const portal = await startPortal({ runtime, env: { ...bareEnvironment, ...env, DENO_NO_UPDATE_CHECK: '' } });
		await portal.stop();
		expect(portal.logs()).toContain('set DENO_NO_UPDATE_CHECK=1');
	}
);
