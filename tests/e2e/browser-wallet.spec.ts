import { expect, type Page } from '@playwright/test';
import { texts } from '../../src/lib/i18n/index.ts';
import { expectAccessible } from './support/axe.ts';
import { test as journey } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';
import { VirtualWallet } from './support/virtual-wallet.ts';

const { browser: words, qrName } = en.wallet.scan;
const button = (page: Page) => page.getByRole('button', { name: words.open });
const code = (page: Page) => page.getByRole('img', { name: qrName });
const status = (page: Page) => page.getByRole('status');

/** With a Bridge that offers the Digital Credentials API, and a browser with a wallet of its own. */
const test = journey.extend<{ virtualWallet: VirtualWallet }>({
	virtualWallet: async ({ page, sandbox }, use) => {
		sandbox.configureVerifier({ dcApi: true });
		await use(new VirtualWallet(page, sandbox));
	}
});

test('a person signs in with a wallet that the browser opens', async ({ page, wallet, virtualWallet }) => {
	await wallet.start();
	await virtualWallet.shares(wallet.sessionId);
	await button(page).click();
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

test('a person who closes the wallet keeps the code, and can try again', async ({ page, wallet, virtualWallet }) => {
	await wallet.start();
	await virtualWallet.declines();
	for (const attempt of ['first', 'second']) {
		await button(page).click();
		await expect(status(page), attempt).toHaveText(words.cancelled);
	}
	await expect(page.getByText(words.cancelled).first()).toBeVisible();
	await expect(code(page)).toBeVisible();
	await expect(page.getByRole('alert')).toHaveCount(0);
	await virtualWallet.shares(wallet.sessionId);
	await button(page).click();
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

for (const { what, origin, mistakes } of [
	{ what: 'was made for a page of another origin', mistakes: { audience: 'origin:https://evil.example' } },
	{ what: 'has another nonce', mistakes: { nonce: 'another' } }
].map((one) => ({ origin: undefined, ...one })))
	test(`a presentation that ${what} is refused`, { tag: '@full' }, async ({ page, wallet, virtualWallet }) => {
		await wallet.start();
		await virtualWallet.shares(wallet.sessionId, origin, mistakes);
		await button(page).click();
		await expectHeading(page, en.wallet.ended.refused.title);
	});

test('a wallet does not respond to a page of another origin', { tag: '@full' }, async ({ wallet, virtualWallet }) => {
	await wallet.start();
	await expect(virtualWallet.shares(wallet.sessionId, 'https://evil.example')).rejects.toThrow('not for https://evil');
});

test(
	'a response without a presentation is reported, and the code stays',
	{ tag: '@full' },
	async ({ page, wallet, virtualWallet }) => {
		await wallet.start();
		await virtualWallet.responds({ error: 'invalid_request' });
		await button(page).click();
		await expect(status(page)).toHaveText(words.failed);
		await expect(code(page)).toBeVisible();
	}
);

test.describe('if the Bridge does not accept the response', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('the page reports it, the code stays, and the person can try again', async ({
		page,
		wallet,
		sandbox,
		virtualWallet
	}) => {
		await wallet.start();
		await virtualWallet.shares(wallet.sessionId);
		sandbox.scenario('bridge-500', { operation: 'dc-api' });
		await button(page).click();
		await expect(status(page)).toHaveText(words.notReceived);
		await expect(code(page)).toBeVisible();
		sandbox.lift('bridge-500');
		await button(page).click();
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});
});

test('a new code has a new request', { tag: '@full' }, async ({ page, wallet, sandbox, virtualWallet }) => {
	await wallet.start();
	const first = wallet.sessionId;
	await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
	await expect.poll(() => sandbox.count('bridge.create')).toBe(2);
	const link = page.getByRole('link', { name: en.wallet.scan.open });
	await expect(link).not.toHaveAttribute('href', sandbox.session(first)?.transaction?.link ?? '');
	await wallet.expectCode();
	expect(wallet.sessionId).not.toBe(first);
	await virtualWallet.shares(wallet.sessionId);
	await button(page).click();
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	expect(sandbox.session(first)?.status).toBe('PENDING');
});

test(
	'a scanned code closes the open dialog of the browser',
	{ tag: '@full' },
	async ({ page, wallet, virtualWallet }) => {
		await wallet.start();
		await virtualWallet.waits();
		await button(page).click();
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	}
);

test(
	'the button is absent if the Bridge does not support the Digital Credentials API',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.configureVerifier({ dcApi: false });
		await wallet.start();
		await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
		await expect(button(page)).toHaveCount(0);
	}
);

test(
	'the button is absent if the browser does not support the Digital Credentials API',
	{ tag: '@full' },
	async ({ page, wallet, virtualWallet }) => {
		expect(virtualWallet).toBeDefined();
		await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'DigitalCredential'));
		await wallet.start();
		await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
		await expect(button(page)).toHaveCount(0);
	}
);

test.describe('without JavaScript', { tag: '@full' }, () => {
	test.use({ javaScriptEnabled: false });

	test('the button is absent, and the code works as usual', async ({ page, wallet, virtualWallet }) => {
		expect(virtualWallet).toBeDefined();
		await wallet.start();
		await expect(button(page)).toHaveCount(0);
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});
});

for (const locale of ['en', 'nl'] as const) {
	const { browser, title } = texts(locale).wallet.scan;

	test(
		`the button and its message are accessible, and work with the keyboard, in ${locale}`,
		{ tag: '@full' },
		async ({ page, wallet, virtualWallet }) => {
			await wallet.start();
			await page.locator(`header button[value=${locale}]`).click();
			await expectHeading(page, title);
			await virtualWallet.declines();
			const open = page.getByRole('button', { name: browser.open });
			await open.focus();
			await page.keyboard.press('Enter');
			await expect(page.getByRole('status')).toHaveText(browser.cancelled);
			await expect(open).toBeFocused();
			await expectAccessible(page);
		}
	);
}
