import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { denoBinary, root } from '../tasks/runtime.mjs';
import { signInAtInstitution, signInWithWallet } from './journeys.ts';

/** The platform runs the entry point itself, with all rights and no flags but those of `deno.json`. */
describe.skipIf(runtime !== 'deno')('started as Deno Deploy starts it, with Deno KV', () => {
	let sandbox: Sandbox;
	let portal: Portal;
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-deploy-'));
		const port = await freePort();
		const free = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
		sandbox = await startSandbox({ portalUrl: `http://localhost:${port}`, ...free });
		portal = await startPortal({
			runtime,
			port,
			command: [denoBinary(), 'run', '--allow-all', join(root, 'build', 'deno', 'index.js')],
			env: {
				// Where Deno keeps its default database.
				DENO_DIR: folder,
				DENO_KV: 'default',
				SHUTDOWN_DELAY_SECONDS: '0',
				AUTH_SECRET: 'a-secret-for-tests-that-nobody-else-uses',
				STS_ISSUER_URL: sandbox.stsUrl,
				STS_CLIENT_ID: 'portal-frontend',
				STS_CLIENT_SECRET: 'portal-frontend-secret',
				AUTH_BRIDGE_URL: sandbox.bridgeUrl
			}
		});
	});
	afterAll(async () => {
		await portal.stop();
		await sandbox.stop();
		await rm(folder, { recursive: true, force: true });
	});

	test('the portal is ready, its store included, and signs people in both ways', async () => {
		const ready = await fetch(`${portal.url}/api/health/ready`);
		expect([ready.status, await ready.json()]).toEqual([
			200,
			{ status: 'ready', sts: 'up', bridge: 'up', store: 'up' }
		]);
		expect((await signInAtInstitution(new Browser(portal.url))).url.pathname).toBe('/account');
		expect((await signInWithWallet(new Browser(portal.url), sandbox)).url.pathname).toBe('/account');
		expect(portal.logs()).not.toContain('"ERROR"');
	});
});
