import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { canConfine, confinedCommand } from '../harness/confined.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution, signInWithWallet } from './support/journeys.ts';

describe.skipIf(!canConfine())('as the user nobody, without capabilities or writable folders', () => {
	let landscape: Landscape;

	beforeAll(async () => {
		landscape = await startLandscape({ runtime, command: confinedCommand(runtime), env: { HOME: '/nonexistent' } });
	});
	afterAll(() => landscape.stop());

	test('the portal starts, is ready, and people sign in at the institution and with a wallet', async () => {
		expect((await fetch(`${landscape.url}/api/health/ready`)).status).toBe(200);
		const student = new Browser(landscape.url);
		expect((await signInAtInstitution(student)).url.pathname).toBe('/account');
		const holder = new Browser(landscape.url);
		expect((await signInWithWallet(holder, landscape.sandbox)).url.pathname).toBe('/account');
	});

	test('the portal serves its files, and its log has no errors', async () => {
		const response = await fetch(`${landscape.url}/favicon.svg`);
		expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
		expect(landscape.portal.logs()).not.toContain('"ERROR"');
	});
});
