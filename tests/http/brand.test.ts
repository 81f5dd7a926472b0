import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runToEnd } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';
import { signInAtInstitution } from './support/journeys.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><path d="M0 0h4v2H0z"/></svg>';
const env = {
	BRAND_NAME: '{"nl": "Inloggen bij Noord", "en": "Sign in at Noord"}',
	BRAND_LOGO: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
	BRAND_COLOR: '#ffd700',
	SUPPORT_NAME: 'the IT desk of Noord',
	SUPPORT_EMAIL: 'help@noord.example',
	SUPPORT_PHONE: '+31 (0)20 123 45 67',
	SUPPORT_URL: 'https://noord.example/help',
	WALLET_CLAIMS_TEXT: '{"nl": "Wij vragen uw naam.", "en": "We ask for your name."}',
	WALLET_HELP_URL: '{"nl": "https://noord.example/wallets", "en": "https://noord.example/en/wallets"}',
	SECURITY_CONTACT: 'security@noord.example https://noord.example/report',
	SECURITY_EXPIRES: '2099-06-30',
	PRIVACY_URL: '{"nl": "https://noord.example/privacy", "en": "https://noord.example/en/privacy"}'
};

describe('a portal with a name, a logo, a colour and a help desk of its institution', () => {
	let landscape: Landscape;
	let browser: Browser;
	const themeIn = (page: string) =>
		/<link rel="stylesheet" href="(\/brand\/theme\.[\w-]{16}\.css)"/.exec(page)?.[1] ?? '';
	const logoIn = (page: string) => /<img[^>]* src="(\/brand\/logo\.[\w-]{16}\.svg)"/.exec(page)?.[1] ?? '';
	let dutch: Browser;

	beforeAll(async () => {
		landscape = await startLandscape({ runtime, env });
		browser = new Browser(landscape.url);
		dutch = new Browser(landscape.url);
		dutch.putCookie('portal.locale', 'nl');
	});
	afterAll(() => landscape.stop());

	test('serves its security contacts in security.txt (RFC 9116)', async () => {
		const { status, headers, text } = await browser.call('/.well-known/security.txt');
		expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' });
		expect(headers.get('cache-control')).toBe('public, max-age=3600');
		expect(text).toBe(
			[
				'Contact: mailto:security@noord.example',
				'Contact: https://noord.example/report',
				'Expires: 2099-06-30T00:00:00Z',
				'Preferred-Languages: nl, en',
				`Canonical: ${landscape.url}/.well-known/security.txt`,
				''
			].join('\n')
		);
	});

	test('links its stylesheet in every page, and serves it as publicly cacheable', async () => {
		const pages = await Promise.all(['/', '/login', '/help', '/nowhere'].map((path) => browser.open(path)));
		const addresses = new Set(pages.map(({ text }) => themeIn(text)));
		expect(addresses.size).toBe(1);
		const theme = await browser.call([...addresses][0] ?? '');
		expect(theme.status).toBe(200);
		expect(theme.headers.get('content-type')).toBe('text/css; charset=utf-8');
		expect(theme.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
		expect(theme.headers.get('x-content-type-options')).toBe('nosniff');
		expect(theme.text).toContain('--basis-color-action-1-inverse-bg-default: #ffd700;');
	});

	test('returns 304 for the current ETag of the stylesheet, and no-cache for an outdated digest', async () => {
		const address = themeIn((await browser.open('/')).text);
		const etag = (await browser.call(address)).headers.get('etag') ?? '';
		const again = await browser.call(address, { headers: { 'if-none-match': etag } });
		expect([again.status, again.text]).toEqual([304, '']);
		const outdated = await browser.call('/brand/theme.0123456789abcdef.css');
		expect([outdated.status, outdated.headers.get('cache-control')]).toEqual([200, 'no-cache']);
		expect((await browser.call('/brand/nothing.0123456789abcdef.css')).status).toBe(404);
	});

	test('serves its logo with a Content-Security-Policy that blocks scripts', async () => {
		const logo = await browser.call(logoIn((await browser.open('/login')).text));
		expect([logo.status, logo.headers.get('content-type'), logo.text]).toEqual([200, 'image/svg+xml', svg]);
		expect(logo.headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
	});

	test('sets no cookie with cacheable files, even for a signed-in person', async () => {
		const member = new Browser(landscape.url);
		await signInAtInstitution(member);
		const { text } = await member.open('/account');
		for (const address of [themeIn(text), logoIn(text)]) {
			expect((await member.call(address)).headers.getSetCookie()).toEqual([]);
		}
	});

	test('needs no exception in the Content-Security-Policy of pages', async () => {
		const policy = (await browser.open('/login')).headers.get('content-security-policy');
		expect(policy).toContain("style-src 'self'");
		expect(policy).toContain("img-src 'self' data:");
		expect(policy).not.toMatch(/unsafe|https:/);
	});

	test('has its name in header and title, in the language of the page', async () => {
		const english = await browser.open('/help');
		expect(english.text).toContain('<title>Help – Sign in at Noord</title>');
		expect((await dutch.open('/help')).text).toContain('<title>Hulp – Inloggen bij Noord</title>');
	});

	test('shows its help desk on the help page and on error pages', async () => {
		for (const path of ['/help', '/nowhere', '/login/identity?outcome=no-match']) {
			const { text } = await browser.open(path);
			expect(text).toContain('Ask <span dir="auto">the IT desk of Noord</span>.');
			expect(text).toContain('href="mailto:help@noord.example"');
			expect(text).toContain('href="tel:+310201234567"');
			expect(text).toContain('href="https://noord.example/help"');
		}
	});

	test('links to its own privacy statement, in the language of the page', async () => {
		expect((await browser.open('/')).text).toContain('href="https://noord.example/en/privacy"');
		expect((await dutch.open('/')).text).toContain('href="https://noord.example/privacy"');
		const old = await browser.open('/privacy', { follow: false });
		expect([old.status, old.headers.get('location')]).toEqual([303, 'https://noord.example/en/privacy']);
	});

	test.each([
		['nl', 'https://noord.example/wallets', 'Welke wallets kan ik gebruiken?', 'Wij vragen uw naam.'],
		['en', 'https://noord.example/en/wallets', 'Which wallets can I use?', 'We ask for your name.']
	])(
		'links to the supported wallets, and describes the requested claims if the Bridge does not (%s)',
		async (...expected) => {
			const [language, address, question, claims] = expected;
			const person = new Browser(landscape.url);
			person.putCookie('portal.locale', language);
			landscape.sandbox.scenario('no-requested-claims');
			const code = await person.submit(await person.open('/login'), {}, '/login/wallet?/start');
			expect(code.text).toContain(`<a href="${address}">${question}</a>`);
			expect(code.text).toContain(`${claims} `);
			const help = await person.open('/help');
			expect(help.text).toContain(`<h2>${question}</h2>`);
			expect(help.text).toContain(`href="${address}"`);
			landscape.sandbox.reset();
			const named = await person.submit(await person.open('/login'), {}, '/login/wallet?/start');
			expect(named.text).not.toContain(claims);
		}
	);

	test('logs the replacement for a colour that is too pale for links', () => {
		expect(landscape.portal.logs()).toMatch(/BRAND_COLOR: links are #[\da-f]{6} instead of #ffd700/);
	});
});

describe('(a11y 27) a portal whose colours lack contrast', () => {
	test('does not start, and reports the colour pair and its ratio with all other configuration errors', async () => {
		const tokens = { light: { 'basis-color-default-color-document': '#8a8a8a' } };
		const { code, logs } = await runToEnd({
			runtime,
			env: { ...bareEnvironment, BRAND_TOKENS: JSON.stringify(tokens), SUPPORT_EMAIL: 'nobody', BRAND_LOGO: 'logo.svg' }
		});
		expect(code).toBe(1);
		expect(logs).toContain(
			'BRAND_TOKENS: in the light colours, the contrast of text (basis-color-default-color-document #8a8a8a) on basis-color-default-bg-document #f4f6f8 is 3.1:1, but must be at least 4.5:1'
		);
		expect(logs).toContain('SUPPORT_EMAIL: must be an e-mail address');
		expect(logs).toContain('BRAND_LOGO: must be a data: URL of an SVG, PNG or WebP picture');
	});
});
