import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type EgressProxy, startEgressProxy } from '../harness/egress-proxy.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';

const portOf = (url: string) => Number(new URL(url).port);

let odd: OddBackend;
let proxy: EgressProxy;
let landscape: Landscape;
let seen: number;

// Only the proxy can resolve these names, so a request that bypasses it fails.
beforeAll(async () => {
	odd = await startOddBackend();
	const targets = new Map([['backend.example.test:80', portOf(odd.url)]]);
	proxy = await startEgressProxy({ targets, credentials: 'portal:let-me-out' });
	landscape = await startLandscape({
		runtime,
		env: ({ bridgeUrl }) => {
			targets.set('bridge.example.test:80', portOf(bridgeUrl));
			const backend = { url: 'http://backend.example.test/api', token: 'user', methods: ['GET', 'POST'] };
			return {
				AUTH_BRIDGE_URL: 'http://bridge.example.test',
				BACKENDS: JSON.stringify({ odd: backend }),
				http_proxy: proxy.url,
				NO_PROXY: 'localhost'
			};
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await Promise.all([proxy.stop(), odd.stop()]);
});
beforeEach(() => {
	seen = proxy.requests.length;
});
const asked = () => proxy.requests.slice(seen);

test('the proxy receives every request to the Auth Bridge, both GET and POST', async () => {
	const browser = new Browser(landscape.url);
	const id = await createWalletSession(browser);
	expect((await browser.call(sessionPath(id, 'status'))).status).toBe(200);
	expect(new Set(asked())).toEqual(new Set(['POST bridge.example.test', 'GET bridge.example.test']));
});

test('the proxy gets every call to a backend, and none to a host of NO_PROXY', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	for (const method of ['GET', 'POST']) {
		expect((await browser.call('/api/backends/odd/echo', { method })).status).toBe(200);
	}
	const toBackend = asked().filter((request) => request.endsWith('backend.example.test'));
	expect(toBackend).toEqual(['GET backend.example.test', 'POST backend.example.test']);
	expect(asked().filter((request) => request.includes('localhost'))).toEqual([]);
});

test('the readiness check reaches the Auth Bridge through the proxy', async () => {
	const ready = await new Browser(landscape.url).call('/api/health/ready');
	expect(JSON.parse(ready.text)).toMatchObject({ status: 'ready' });
	expect(asked()).toEqual(['HEAD bridge.example.test']);
});
