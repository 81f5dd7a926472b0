import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { login as words } from '../../src/lib/i18n/en/public.ts';
import { Browser, type Visit } from '../harness/browser.ts';
import { type HttpResponse, exchange } from '../harness/exchange.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

const RETURN_TO = '/help?from=here';
const START = `/login/start?${new URLSearchParams({ provider: 'sts', returnTo: RETURN_TO })}`;
const PER_BROWSER = 30;
const PER_ADDRESS = 40;

describe('starting a sign-in', () => {
	let landscape: Landscape;
	let browser: Browser;
	beforeAll(async () => {
		landscape = await startLandscape({ runtime });
	});
	afterAll(() => landscape.stop());
	beforeEach(() => {
		landscape.sandbox.reset();
		browser = new Browser(landscape.url);
	});
	const pushed = () => landscape.sandbox.count('sts.par');
	/** A program, or an old browser, does not say where the request comes from. */
	const bare = (path: string, headers: Record<string, string> = {}) => {
		const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
		const url = new URL(path, landscape.url);
		return exchange(url, { method: 'GET', headers: { accept: 'text/html', ...(cookie && { cookie }), ...headers } });
	};
	const locationOf = ({ headers }: HttpResponse) => headers.get('location') ?? '';

	test('a link checker is redirected to the login page with the return path, without a request to the STS', async () => {
		const response = await bare(START);
		expect([response.status, locationOf(response)]).toEqual([
			303,
			`/login?${new URLSearchParams({ returnTo: RETURN_TO })}`
		]);
		expect(pushed()).toBe(0);
	});

	test.each(['cross-site', 'same-site', 'none'])(
		'a navigation with Sec-Fetch-Site: %s is redirected to the login page',
		async (site) => {
			await browser.open('/login');
			const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
			const response = await bare(START, headers);
			expect(locationOf(response)).toBe(`/login?${new URLSearchParams({ returnTo: RETURN_TO })}`);
			expect(pushed()).toBe(0);
		}
	);

	test('a browser without Fetch Metadata can start a sign-in after it has loaded the login page', async () => {
		await browser.open('/login');
		expect(new URL(locationOf(await bare(START))).origin).toBe(landscape.sandbox.stsUrl);
	});

	test('a signed-in person can start a sign-in without the login page', async () => {
		await signInAtInstitution(browser);
		browser.putCookie('portal.login', '');
		expect((await browser.open(START, { follow: false })).headers.get('location')).toContain(landscape.sandbox.stsUrl);
	});

	test.each(['HEAD', 'GET'])('a speculative %s request starts no sign-in', async (method) => {
		await browser.open('/login');
		const headers = { accept: 'text/html', ...(method === 'GET' && { 'sec-purpose': 'prefetch' }) };
		const response = await browser.call(START, { method, headers });
		expect([204, 503]).toContain(response.status);
		expect(response.headers.getSetCookie()).toEqual([]);
		expect(pushed()).toBe(0);
	});

	test('a browser without cookies is redirected to a page that explains the problem, with the return path', async () => {
		expectLoginError(await browser.open(START), 'cookies_required', RETURN_TO);
	});

	test('an invalid login cookie starts no sign-in', async () => {
		browser.putCookie('portal.login', 'x'.repeat(100));
		const page = await browser.open(START);
		expect([page.url.pathname, page.url.searchParams.get('returnTo')]).toEqual(['/login', RETURN_TO]);
		expect(pushed()).toBe(0);
	});

	test('the Auth.js endpoint has the same requirement: 401 for a script, the login page for a form', async () => {
		const path = '/api/auth/signin/sts';
		const response = await browser.call(path, { method: 'POST', headers: { 'x-auth-return-redirect': '1' } });
		expect([response.status, JSON.parse(response.text)]).toMatchObject([401, { error: 'unauthorized' }]);
		const page = await browser.open(path, { form: { callbackUrl: RETURN_TO } });
		expectLoginError(page, 'cookies_required', RETURN_TO);
		expect(pushed()).toBe(0);
		expect((await browser.call(path, { method: 'POST', headers: { 'x-auth-return-redirect': '1' } })).status).toBe(200);
	});
});

describe('starts of sign-ins', () => {
	let landscape: Landscape;
	beforeAll(async () => {
		const env = {
			RATE_LIMIT_SIGN_INS_PER_ADDRESS: String(PER_ADDRESS),
			AUTH_TRUST_HOST: 'true',
			SHUTDOWN_DELAY_SECONDS: '0'
		};
		landscape = await startLandscape({ runtime, env });
	});
	afterAll(() => landscape.stop());
	beforeEach(() => landscape.sandbox.reset());
	const pushed = () => landscape.sandbox.count('sts.par');
	const start = (browser: Browser, address: string) =>
		browser.call(START, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'x-forwarded-for': address } });

	async function startTimes(times: number, browser: Browser, address: string): Promise<Visit[]> {
		const visits: Visit[] = [];
		for (let n = 0; n < times; n++) visits.push(await start(browser, address));
		return visits;
	}
	async function visitor(): Promise<Browser> {
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		return browser;
	}

	test('by one browser are limited, with a page that says when to retry and keeps the return path', async () => {
		const browser = await visitor();
		const visits = await startTimes(PER_BROWSER + 1, browser, '192.0.2.1');
		expect(visits.map(({ status }) => status)).toEqual([...Array<number>(PER_BROWSER).fill(303), 429]);
		expect(pushed()).toBe(PER_BROWSER);
		const page = visits.at(-1) ?? (await start(browser, '192.0.2.1'));
		expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(page.text).toContain(words.errors.rate_limited.what);
		expect(page.text).toContain(`returnTo=${encodeURIComponent(RETURN_TO)}`);
		expect(page.text).toMatch(/<strong[^>]*>[\da-f]{12}</);
		const names = page.headers.getSetCookie().map((setCookie) => setCookie.split('=')[0]);
		expect(names).toEqual(['portal.login']);
		// The language switch of that page leads to the same page.
		const dutch = await browser.submit({ ...page, url: new URL(START, landscape.url) }, { locale: 'nl' }, '/locale');
		expectLoginError(dutch, 'rate_limited', RETURN_TO);
	});

	test('by one IPv6 network are limited, regardless of the number of browsers', async () => {
		let refused: Visit | undefined;
		for (let n = 0; n < PER_ADDRESS + 1; n++) refused = await start(await visitor(), `2001:db8:0:1::${n.toString(16)}`);
		expect(refused?.status).toBe(429);
		expect(pushed()).toBe(PER_ADDRESS);
		expect((await start(await visitor(), '2001:db8:0:2::1')).status).toBe(303);
	});

	test('through the Auth.js endpoint also count, and return JSON to a script', async () => {
		const browser = await visitor();
		await startTimes(PER_BROWSER, browser, '192.0.2.3');
		const response = await browser.call('/api/auth/signin/sts', {
			method: 'POST',
			headers: { 'x-auth-return-redirect': '1', 'x-forwarded-for': '192.0.2.3' }
		});
		expect([response.status, JSON.parse(response.text)]).toMatchObject([429, { error: 'rate_limited' }]);
		expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(pushed()).toBe(PER_BROWSER);
	});
});
