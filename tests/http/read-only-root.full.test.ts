import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { canConfine, confinedCommand } from '../harness/confined.ts';
import { freePort } from '../harness/free-port.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { signInAtInstitution, signInWithWallet } from './journeys.ts';

describe.skipIf(!canConfine())('as nobody, with no capability and no place to write to', () => {
	let sandbox: Sandbox;
	let portal: Portal;

	beforeAll(async () => {
		const port = await freePort();
		const free = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
		sandbox = await startSandbox({ portalUrl: `http://localhost:${port}`, ...free });
		portal = await startPortal({
			runtime,
			port,
			command: confinedCommand(runtime),
			env: {
				HOME: '/nonexistent',
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
	});

	test('the portal starts, is ready, and signs people in both ways', async () => {
		expect((await fetch(`${portal.url}/api/health/ready`)).status).toBe(200);
		const student = new Browser(portal.url);
		expect((await signInAtInstitution(student)).url.pathname).toBe('/account');
		const holder = new Browser(portal.url);
		expect((await signInWithWallet(holder, sandbox)).url.pathname).toBe('/account');
	});

	test('it serves its files, and its log has no fault', async () => {
		const answer = await fetch(`${portal.url}/favicon.svg`);
		expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
		expect(portal.logs()).not.toContain('"ERROR"');
	});
});
