import { afterEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { startSwitchboard, type Switchboard } from '../harness/switchboard.ts';
import { holdsSession } from './support/held-session.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape | undefined;
let switchboard: Switchboard | undefined;
afterEach(async () => {
	await landscape?.stop();
	await switchboard?.stop();
	landscape = switchboard = undefined;
});

/** A portal with an STS at `localhost` whose token, key, PAR and revocation endpoints are at `127.0.0.1`. */
async function start(more: (stsPort: number) => Readonly<Record<string, string>> = () => ({})) {
	const stsPort = await freePort();
	landscape = await startLandscape({
		runtime,
		sandboxOptions: { stsPort, stsEndpointsUrl: `http://127.0.0.1:${stsPort}` },
		env: more(stsPort)
	});
	return { landscape, stsPort };
}

/** Like `start`, but the STS does not respond until the portal has started. */
async function startWhileAway(more: (stsPort: number) => Readonly<Record<string, string>>) {
	const stsPort = await freePort();
	switchboard = await startSwitchboard(await freePort());
	landscape = await startLandscape({
		runtime,
		sandboxOptions: { stsPort, stsEndpointsUrl: `http://127.0.0.1:${stsPort}` },
		env: { STS_INTERNAL_URL: `http://localhost:${switchboard.port}`, ...more(stsPort) }
	});
	switchboard.switchTo(stsPort);
	return { landscape, stsPort };
}

describe('endpoints of the STS on another host than its issuer', () => {
	test('are called when a person signs in and signs out', async () => {
		const { landscape } = await start();
		const browser = new Browser(landscape.url);
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		await browser.call('/api/auth/signout', { method: 'POST' });
		expect(landscape.sandbox.count('sts.revocation')).toBe(1);
		expect(landscape.portal.logs()).not.toMatch(/NotCapable|does not permit/);
	});

	// Deno's own client reads these variables too, with other rules than the portal.
	test.each([
		['NO_PROXY names the STS with its port', (port: number) => `localhost:${port}, 127.0.0.1:${port}`, 'HTTP_PROXY'],
		['only ALL_PROXY is set, which the portal does not read', () => '', 'ALL_PROXY']
	])('are called directly when %s', async (_, exceptFor, name) => {
		const proxy = `http://127.0.0.1:${await freePort()}`;
		const { landscape } = await start((stsPort) => ({ [name]: proxy, NO_PROXY: exceptFor(stsPort) }));
		const browser = new Browser(landscape.url);
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect(landscape.portal.logs()).not.toMatch(/discovery failed|does not permit/);
	});

	test('are called when STS_HOSTS names them and the STS is unreachable at the start', async () => {
		const { landscape } = await startWhileAway((stsPort) => ({ STS_HOSTS: `other.example, 127.0.0.1:${stsPort}` }));
		const browser = new Browser(landscape.url);
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect(holdsSession(browser)).toBe(true);
	});
});

describe.runIf(runtime === 'deno')('an STS endpoint on a host that is not configured', () => {
	test('is not called: the portal starts, and the log names the host and the setting', async () => {
		const { landscape, stsPort } = await startWhileAway(() => ({}));
		await expect.poll(() => landscape.portal.logs()).toMatch(/discovery failed before start-up.*STS_HOSTS/);
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		expectLoginError(await browser.open('/login/start?provider=sts'), 'sts_unavailable');
		const lines = () =>
			landscape.portal
				.logs()
				.split('\n')
				.filter((line) => line.includes('does not permit'));
		await expect.poll(lines).toHaveLength(1);
		expect(lines()[0]).toContain('STS_HOSTS');
		expect(lines()[0]).toContain(`127.0.0.1:${stsPort}`);
	});
});
