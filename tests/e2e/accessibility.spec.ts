import { expect, type Page } from '@playwright/test';
import { type Locale, texts } from '../../src/lib/i18n/index.ts';
import { expectAccessible } from './support/axe.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { test } from './support/journey.ts';
import { expectHeading, signInAtInstitution } from './support/steps.ts';
import { finishChecking } from './support/wallet-sign-in.ts';

const languages: readonly { locale: Locale; tag: string[] }[] = [
	{ locale: 'en', tag: [] },
	{ locale: 'nl', tag: ['@full'] }
];

for (const { locale, tag } of languages) {
	const t = texts(locale);

	test.describe(`axe-core finds no violations, ${locale}`, { tag }, () => {
		test.use({ locale, expectsFaults: true });

		/** Every page has one title, one language, one main heading, and nothing that axe-core minds. */
		async function expectGood(page: Page, heading: string): Promise<void> {
			await expectHeading(page, heading);
			await expect(page.locator('html')).toHaveAttribute('lang', locale);
			await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
			await expect(page).toHaveTitle(new RegExp(`${t.site.product}$`));
			await expectAccessible(page);
		}

		test('on the public pages', async ({ page }) => {
			await page.goto('/');
			await expectGood(page, t.home.title);
			await page.goto('/help');
			await expectGood(page, t.help.title);
			await page.goto('/accessibility');
			await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
			await expectAccessible(page);
			await page.goto('/privacy');
			await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
			await expectAccessible(page);
			await page.goto('/no/such/page');
			await expectGood(page, t.site.errors.notFound.title);
		});

		test('on the login page, with and without an error', { tag: '@full' }, async ({ page }) => {
			await page.goto('/login');
			await expectGood(page, t.login.title);
			await page.goto('/login?error=access_denied');
			await expectGood(page, t.login.title);
		});

		test('on each screen of a wallet sign-in', async ({ page, sandbox }) => {
			sandbox.scenario('verifying-ms', { ms: 60_000 });
			const sessionId = await startWallet(page, sandbox);
			await expectGood(page, t.wallet.scan.title);
			await sandbox.openWallet(sessionId);
			await expectGood(page, t.wallet.opened.title);
			await sandbox.share(sessionId, 'expired-credential');
			await expectGood(page, t.wallet.checking.title);
			finishChecking(sandbox, sessionId);
			await expectGood(page, t.wallet.ended.refused.title);
			await page.context().clearCookies();
			await page.goto('/login/wallet');
			await expectGood(page, t.wallet.start.title);
		});

		test('on each screen of identity verification', { tag: '@full' }, async ({ page, sandbox }) => {
			sandbox.scenario('review-never');
			await sandbox.share(await startWallet(page, sandbox), 'several-candidates');
			await expectGood(page, t.identity.confirm.choose);
			await page.getByRole('button', { name: t.identity.confirm.chooseButton }).click();
			await expect(page.getByRole('heading', { name: t.identity.faults.title })).toBeVisible();
			await expectGood(page, t.identity.confirm.choose);
			await page.getByRole('radio').first().check();
			await page.getByRole('radio').nth(1).check();
			await page.getByRole('button', { name: t.identity.confirm.chooseButton }).click();
			await expectGood(page, t.identity.review.title);
			await page.goto('/login/identity?outcome=no-match');
			await expectGood(page, t.identity.ended['no-match'].title);
		});

		test(
			'on the pages that explain a visit to the institution and redirect to it',
			{ tag: '@full' },
			async ({ page, sandbox }) => {
				await sandbox.share(await startWallet(page, sandbox), 'unknown-student');
				await expectGood(page, t.identity.explain.title);
				// The page goes on at once; here it stays to be looked at.
				await page.route(/reconciliation/, (route) => route.abort('aborted'));
				await page.getByRole('button', { name: t.identity.explain.button }).click();
				await expectGood(page, t.identity.redirect.title);
			}
		);

		test('on the pages of a signed-in person', { tag: '@full' }, async ({ page }) => {
			await signInAtInstitution(page);
			await expectGood(page, t.account.title);
			await page.getByRole('link', { name: t.account.wallets.unlink(1) }).click();
			await expectGood(page, t.account.unlink.title(1));
			await page.getByRole('button', { name: t.account.unlink.button }).click();
			await expectGood(page, t.account.title);
			await page.route(/session\/end/, (route) => route.abort('aborted'));
			await page.getByRole('button', { name: t.site.signOut }).click();
			await expectGood(page, t.account.redirect.title);
		});

		/** Shows a code; returns the id of its session. */
		async function startWallet(page: Page, sandbox: Sandbox): Promise<string> {
			await page.goto('/login');
			await page.getByRole('button', { name: t.login.wallet.button }).click();
			const link = page.getByRole('link', { name: t.wallet.scan.open });
			return sandbox.sessionByLink((await link.getAttribute('href')) ?? '')?.id ?? '';
		}
	});
}

for (const { name, media } of [
	{ name: 'dark', media: { colorScheme: 'dark' } },
	{ name: 'forced colours', media: { forcedColors: 'active' } }
] as const) {
	test(`axe-core finds no violations on the main pages, ${name}`, { tag: '@full' }, async ({ page, wallet }) => {
		await page.emulateMedia(media);
		await wallet.start();
		await expectAccessible(page);
		await wallet.decline();
		await expect(page.getByRole('alert')).toBeVisible();
		await expectAccessible(page);
		await signInAtInstitution(page);
		await expectHeading(page, texts('en').account.title);
		await expectAccessible(page);
	});
}
