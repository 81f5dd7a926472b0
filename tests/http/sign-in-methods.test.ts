import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { en } from '../e2e/support/texts.ts';

const WALLET_FORM = 'action="/login/wallet?/start"';
const INSTITUTION_LINK = 'href="/login/start?provider=sts';

describe.each([
	['institution', true, false],
	['wallet', false, true],
	['institution,wallet', true, true]
])('with SIGN_IN_METHODS=%s', (methods, hasInstitution, hasWallet) => {
	let landscape: Landscape;
	let browser: Browser;

	beforeAll(async () => {
		// Without wallets there need not be an Auth Bridge.
		const bridge = hasWallet ? {} : { AUTH_BRIDGE_URL: '' };
		landscape = await startLandscape({ runtime, env: { SIGN_IN_METHODS: methods, ...bridge } });
		browser = new Browser(landscape.url);
	});
	afterAll(() => landscape.stop());

	test('the login page offers these ways and no other', async () => {
		const { text } = await browser.open('/login');
		expect([text.includes(INSTITUTION_LINK), text.includes(WALLET_FORM)]).toEqual([hasInstitution, hasWallet]);
	});

	test('the wallet’s pages and API routes exist only with the wallet', async () => {
		await browser.open('/login');
		const { status } = await browser.call('/api/wallet/sessions', { method: 'POST', body: '{}' });
		expect(status === 404).toBe(!hasWallet);
		expect((await browser.call('/login/wallet')).status).toBe(hasWallet ? 200 : 404);
	});

	test('the list of providers and the API’s description name these ways', async () => {
		const providers = JSON.parse((await browser.call('/api/auth/providers')).text) as object;
		expect(Object.keys(providers)).toEqual([...(hasInstitution ? ['sts'] : []), ...(hasWallet ? ['sts-wallet'] : [])]);
		const { paths } = JSON.parse((await browser.call('/api/openapi.json')).text) as { paths: object };
		expect(Object.keys(paths).some((path) => path.startsWith('/api/wallet/'))).toBe(hasWallet);
	});

	test('the front page and the help page speak of these ways only', async () => {
		const home = (await browser.open('/')).text;
		expect(home.includes(en.home.ways)).toBe(hasInstitution && hasWallet);
		expect((await browser.open('/help')).text.includes('What is a wallet?')).toBe(hasWallet);
	});

	test('the portal is ready', async () => {
		expect((await browser.call('/api/health/ready')).status).toBe(200);
	});
});
