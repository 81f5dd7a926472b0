import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { spawnProgram } from '../harness/portal-process.ts';
import { runtime } from '../harness/runtime.ts';
import { denoBinary, root } from '../tasks/runtime.mjs';
import { signInAtInstitution, signInWithWallet } from './support/journeys.ts';

const command: [string, ...string[]] = [denoBinary(), 'run', '--allow-all', join(root, 'build', 'deno', 'index.js')];

/** The platform runs the entry point itself, with all permissions and only the flags of `deno.json`. */
describe.skipIf(runtime !== 'deno')('started as Deno Deploy starts it, with Deno KV', () => {
	let landscape: Landscape;
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-deploy-'));
		landscape = await startLandscape({
			runtime,
			command,
			// Deno stores its default database in this folder.
			env: {
				DENO_DEPLOYMENT_ID: 'test',
				DENO_DIR: folder,
				DENO_KV: 'default',
				SHUTDOWN_DELAY_SECONDS: '0',
				AUTH_BRIDGE_TIMEOUT: '1000'
			}
		});
	});
	afterAll(async () => {
		await landscape.stop();
		await rm(folder, { recursive: true, force: true });
	});

	test('the portal and its store are ready, and people sign in at the institution and with a wallet', async () => {
		const ready = await fetch(`${landscape.url}/api/health/ready`);
		expect([ready.status, await ready.json()]).toEqual([
			200,
			{ status: 'ready', sts: 'up', bridge: 'up', store: 'up' }
		]);
		expect((await signInAtInstitution(new Browser(landscape.url))).url.pathname).toBe('/account');
		expect((await signInWithWallet(new Browser(landscape.url), landscape.sandbox)).url.pathname).toBe('/account');
		expect(landscape.portal.logs()).not.toContain('"ERROR"');
		expect(landscape.portal.logs()).not.toContain('outside Deno Deploy');
		expect(landscape.portal.logs()).toContain('Did you mean AUTH_BRIDGE_TIMEOUT_MS?');
	});

	test('METRICS_PORT prevents the start, with one line that says that Deno Deploy opens no port for it', async () => {
		const { env } = landscape;
		const portal = spawnProgram(command, { ...env, METRICS_PORT: '9464' });
		expect(await portal.ended).toBe(1);
		expect(portal.logs().trim()).toMatch(/^The portal can't start: Deno Deploy opens no port for METRICS_PORT\..*$/);
	});
});
