import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';

const forged = {
	host: 'evil.example',
	forwarded: 'host=evil.example;proto=https',
	'x-forwarded-host': 'evil.example',
	'x-forwarded-proto': 'https',
	'x-forwarded-port': '8443',
	'x-forwarded-prefix': '/evil',
	'x-original-url': '/evil',
	'x-rewrite-url': '/evil'
};

describe.each(['false', 'true'])('with AUTH_TRUST_HOST=%s', (trust) => {
	const env = {
		AUTH_TRUST_HOST: trust,
		SHUTDOWN_DELAY_SECONDS: '0',
		RATE_LIMIT_PER_ADDRESS: '3',
		RATE_LIMIT_PER_BROWSER: '2'
	};
	let landscape: Landscape;

	beforeAll(async () => {
		landscape = await startLandscape({ runtime, env });
	});
	afterAll(() => landscape.stop());

	test('forged host headers do not affect responses or sign-ins', async () => {
		const ask = (path: string) => rawRequest(landscape.portal.port, { path, headers: forged });
		const [cookie = ''] = [(await ask('/login')).headers['set-cookie'] ?? ''].flat();
		const start = await rawRequest(landscape.portal.port, {
			path: '/login/start?provider=sts',
			headers: { ...forged, cookie: cookie.split(';')[0] ?? '' }
		});
		const pages = await Promise.all(['/', '/account', '/login/', '/nowhere', '/api/auth/providers'].map(ask));
		expect(start.status).toBe(303);
		expect(JSON.stringify([start, ...pages])).not.toContain('evil');

		await fetch(start.headers.location ?? '', { redirect: 'manual' });
		const [request] = landscape.sandbox.authorizations();
		expect(request?.params.redirect_uri).toBe(`${landscape.url}/api/auth/callback/sts`);
	});

	test('cookies match the configured address, regardless of the scheme in a header', async () => {
		const login = await rawRequest(landscape.portal.port, { path: '/login', headers: forged });
		expect(login.headers['set-cookie']).toEqual([expect.stringMatching(/^portal\.login=(?!.*Secure)/)]);
		expect(login.headers).not.toHaveProperty('strict-transport-security');
	});

	test('a browser that requests QR codes too fast gets a 429 response with Retry-After', async () => {
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		const create = () =>
			browser.call('/api/wallet/sessions', { method: 'POST', json: {}, headers: from('203.0.113.1') });
		expect([(await create()).status, (await create()).status]).toEqual([201, 201]);
		const refused = await create();
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(JSON.parse(refused.text)).toMatchObject({ error: 'rate_limited' });
		const page = await browser.submit(await browser.open('/login'), {}, '/login/wallet?/start');
		expect(page.url.searchParams.get('error')).toBe('rate_limited');
	});

	test('the rate limit uses forwarded addresses only from a trusted proxy', async () => {
		const statuses: number[] = [];
		for (const last of [11, 12, 13, 14, 15]) {
			const browser = new Browser(landscape.url);
			await browser.open('/login');
			const call = { method: 'POST', json: {}, headers: from(`203.0.113.${last}`) };
			statuses.push((await browser.call('/api/wallet/sessions', call)).status);
		}
		// Without trust all requests count for one address, which has created two codes in the previous test.
		expect(statuses).toEqual(trust === 'true' ? [201, 201, 201, 201, 201] : [201, 429, 429, 429, 429]);
	});
});

const from = (address: string) => ({ 'x-forwarded-for': address });
