import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { texts } from '../../src/lib/i18n/index.ts';
import { signInErrors } from '../../src/lib/server/auth/sign-in-errors.ts';
import { identityOutcomes, cancelNotices } from '../../src/lib/wallet/view.ts';
import { en } from '../e2e/support/texts.ts';

const WALLET_FORM = 'action="/login/wallet?/start"';
const INSTITUTION_LINK = 'href="/login/start?provider=sts';

/**
 * Controls that lead to this way to sign in, and the texts that name it. Visits to an institution to confirm an identity do
 * not count.
 */
const OF_INSTITUTION =
	/provider=sts(?!-wallet)|#institution|(?:sign|signs) in with your institution|with(?:out)? your institution|(?:met|zonder) uw instelling|the other way|andere manier om in te loggen/i;
const OF_WALLET = /\/login\/wallet|provider=sts-wallet|wallet|\bQR\b|the other way|andere manier om in te loggen/i;

describe.each([
	['institution', true, false],
	['wallet', false, true],
	['institution,wallet', true, true]
])('with SIGN_IN_METHODS=%s', (methods, hasInstitution, hasWallet) => {
	let landscape: Landscape;
	let browser: Browser;

	beforeAll(async () => {
		// Without wallets no Auth Bridge is needed.
		const bridge = hasWallet ? {} : { AUTH_BRIDGE_URL: '' };
		landscape = await startLandscape({ runtime, env: { SIGN_IN_METHODS: methods, ...bridge } });
		browser = new Browser(landscape.url);
	});
	afterAll(() => landscape.stop());

	test('the login page offers only these methods', async () => {
		const { text } = await browser.open('/login');
		expect([text.includes(INSTITUTION_LINK), text.includes(WALLET_FORM)]).toEqual([hasInstitution, hasWallet]);
	});

	test('the wallet’s pages and API routes exist only with the wallet', async () => {
		await browser.open('/login');
		const { status } = await browser.call('/api/wallet/sessions', { method: 'POST', body: '{}' });
		expect(status === 404).toBe(!hasWallet);
		expect((await browser.call('/login/wallet')).status).toBe(hasWallet ? 200 : 404);
	});

	test('the list of providers and the API description contain only these methods', async () => {
		const providers = JSON.parse((await browser.call('/api/auth/providers')).text) as object;
		expect(Object.keys(providers)).toEqual([...(hasInstitution ? ['sts'] : []), ...(hasWallet ? ['sts-wallet'] : [])]);
		const { paths } = JSON.parse((await browser.call('/api/openapi.json')).text) as { paths: object };
		expect(Object.keys(paths).some((path) => path.startsWith('/api/wallet/'))).toBe(hasWallet);
	});

	test('the front page and the help page mention only these methods', async () => {
		const home = (await browser.open('/')).text;
		expect(home.includes(en.home.ways)).toBe(hasInstitution && hasWallet);
		expect((await browser.open('/help')).text.includes('What is a wallet?')).toBe(hasWallet);
	});

	test('no page offers or mentions a disabled method', async () => {
		const pages = [
			...['/', '/help', '/privacy', '/accessibility', '/signed-out', '/nowhere', '/login', '/login/wallet'],
			...signInErrors.flatMap((error) => [`/login?error=${error}`, `/login?error=${error}&method=wallet`]),
			...cancelNotices.map((stopped) => `/login?stopped=${stopped}`),
			...identityOutcomes.map((outcome) => `/login/identity?outcome=${outcome}`)
		];
		for (const locale of ['nl', 'en'] as const) {
			await browser.submit(await browser.open('/'), { locale }, '/locale');
			for (const page of pages) {
				const { text } = await browser.open(page);
				const { product } = texts(locale).site;
				// The language switch contains the address as well.
				const shown = text
					.replaceAll(product, '')
					.replaceAll(page.replaceAll('&', '&amp;'), '')
					.replace(/<script.*?<\/script>/gs, '');
				expect(hasInstitution ? [] : (OF_INSTITUTION.exec(shown) ?? []), `${locale} ${page}`).toEqual([]);
				expect(hasWallet ? [] : (OF_WALLET.exec(shown) ?? []), `${locale} ${page}`).toEqual([]);
			}
		}
	});

	test('the portal is ready', async () => {
		expect((await browser.call('/api/health/ready')).status).toBe(200);
	});
});
