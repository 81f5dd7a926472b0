import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type RawFront, startRawFront } from '../harness/raw-front.ts';
import { runtime } from '../harness/runtime.ts';
import { tokensOver } from './support/held-session.ts';
import { createWalletSession, expectLoginError, sessionPath, signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';
const oddities: [what: string, bytes: string][] = [
	['101', SWITCHING],
	['101 without an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
	['600', 'HTTP/1.1 600 Odd\r\nContent-Length: 3\r\n\r\nodd'],
	['099', 'HTTP/1.1 099 Odd\r\nContent-Length: 3\r\n\r\nodd'],
	['endless 100 responses', 'HTTP/1.1 100 Continue\r\n\r\n'],
	['an incomplete response head', 'HTTP/1.1 200 OK\r\nContent-']
];

let sts: RawFront;
let bridge: RawFront;
let odd: OddBackend;
let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	odd = await startOddBackend();
	const backends = { odd: { url: odd.url, token: 'none', methods: ['GET', 'POST'], timeoutMs: 1000 } };
	const [stsPort, bridgePort] = [await freePort(), await freePort()];
	sts = await startRawFront(stsPort);
	bridge = await startRawFront(bridgePort);
	landscape = await startLandscape({
		runtime,
		sandboxOptions: { stsPort, bridgePort, stsEndpointsUrl: sts.url },
		env: {
			AUTH_BRIDGE_URL: bridge.url,
			BACKENDS: JSON.stringify(backends),
			STS_TIMEOUT_MS: '1000',
			AUTH_BRIDGE_TIMEOUT_MS: '1000',
			// A request that never settles would block the next one.
			REQUESTS_AT_ONCE: '1'
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await Promise.all([sts.stop(), bridge.stop(), odd.stop()]);
});
beforeEach(() => {
	sts.respondWith(null);
	bridge.respondWith(null);
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

describe.each(oddities)('an upstream that responds with %s', (_what, bytes) => {
	test('as the Auth Bridge causes a 502 or 504 response, and the next request succeeds', async () => {
		const id = await createWalletSession(browser);
		bridge.respondWith({ head: /^(?:GET|POST) \/auth\//, bytes });
		const responses = [
			await browser.call(sessionPath(id, 'status')),
			await browser.call(sessionPath(id, 'complete'), { method: 'POST' })
		];
		expect(responses.map(({ status }) => [502, 504].includes(status))).toEqual([true, true]);
		bridge.respondWith(null);
		expect((await browser.call(sessionPath(id, 'status'))).status).toBe(200);
	});

	test('as the token endpoint fails the sign-in, and the next sign-in succeeds', async () => {
		sts.respondWith({ head: /^POST \/token/, bytes });
		expectLoginError(await signInAtInstitution(browser), 'sts_unavailable');
		sts.respondWith(null);
		expect((await signInAtInstitution(new Browser(landscape.url))).url.pathname).toBe('/account');
	});

	test('to a refresh does not block the next request', async () => {
		await signInAtInstitution(browser);
		sts.respondWith({ head: /^POST \/token/, bytes });
		await tokensOver(browser, landscape);
		const refused = await browser.call('/api/me');
		expect([401, 503]).toContain(refused.status);
		expect((await browser.call('/api/health')).status).toBe(200);
	});
});

describe('a backend', () => {
	beforeEach(() => signInAtInstitution(browser));

	test.each(['/switching', '/status-600', '/hints'])(
		'that responds with %s causes a 502 or 504 response, and the next call succeeds',
		async (path) => {
			for (const method of ['GET', 'POST']) {
				const response = await browser.call(`/api/backends/odd${path}`, { method });
				expect([502, 504]).toContain(response.status);
				expect((await browser.call('/api/backends/odd/echo', { method })).status).toBe(200);
			}
		}
	);
});
