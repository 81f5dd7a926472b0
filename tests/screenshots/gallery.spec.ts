import { expect, type Page } from '@playwright/test';
import { type Locale, texts } from '../../src/lib/i18n/index.ts';
import { test } from '../e2e/support/journey.ts';
import { expectHeading, signInAtInstitution } from '../e2e/support/steps.ts';

const desktop = { width: 1280, height: 800 };

/** How the same pages look to different people. At 200 % a window has half as many CSS pixels. */
const looks = [
	{ look: 'light', use: { viewport: desktop } },
	{ look: 'dark', use: { viewport: desktop, colorScheme: 'dark' } },
	{ look: 'phone', use: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 } },
	{ look: 'zoomed', use: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
	{ look: 'dutch', use: { viewport: desktop, locale: 'nl' } }
] as const;

for (const { look, use } of looks) {
	const locale: Locale = look === 'dutch' ? 'nl' : 'en';
	const t = texts(locale);
	const take = (page: Page, name: string) =>
		page.screenshot({ path: `test-results/gallery/${look}/${name}.png`, fullPage: true });

	test.describe(look, () => {
		test.use({ ...use, expectsFaults: true, contextOptions: { reducedMotion: 'reduce' } });

		test('pages for everybody', async ({ page }) => {
			for (const name of ['', 'help', 'accessibility', 'login', 'login?error=access_denied', 'no-such-page']) {
				await page.goto(`/${name}`);
				await take(page, name.replace('?', '-') || 'home');
			}
		});

		test('a wallet sign-in', async ({ page, sandbox }) => {
			await page.goto('/login/wallet');
			await take(page, 'wallet-start');
			const sessionId = await startWallet(page);
			await take(page, 'wallet-scan');
			await page.getByRole('checkbox').check();
			await take(page, 'wallet-scan-large');
			sandbox.openWallet(sessionId);
			await expectHeading(page, t.wallet.opened.title);
			await take(page, 'wallet-opened');
			sandbox.scenario('bridge-down');
			await expect(page.getByRole('status')).toHaveText(t.wallet.trouble);
			await take(page, 'wallet-trouble');
			sandbox.lift('bridge-down');
			sandbox.decline(sessionId);
			await page.reload();
			await expectHeading(page, t.wallet.ended.declined.title);
			await take(page, 'wallet-declined');
		});

		test('identity verification', async ({ page, sandbox }) => {
			sandbox.scenario('review-never');
			sandbox.share(await startWallet(page), 'unknown-student');
			await expectHeading(page, t.identity.explain.title);
			await take(page, 'identity-explain');
			sandbox.share(await startWallet(page), 'several-candidates');
			await expectHeading(page, t.identity.confirm.title);
			await take(page, 'identity-confirm');
			await page.getByRole('button', { name: t.identity.confirm.chooseButton }).click();
			await expect(page.getByRole('heading', { name: t.identity.faults.title })).toBeVisible();
			await take(page, 'identity-fault');
			await page.getByRole('radio').nth(1).check();
			await page.getByRole('button', { name: t.identity.confirm.chooseButton }).click();
			await expectHeading(page, t.identity.review.title);
			await take(page, 'identity-review');
			await page.goto('/login/identity?outcome=linked-elsewhere');
			await take(page, 'identity-ended');
		});

		test('the account', async ({ page }) => {
			await signInAtInstitution(page);
			await expectHeading(page, t.account.title);
			await take(page, 'account');
			await page.getByRole('link', { name: t.account.wallets.unlink(1) }).click();
			await expectHeading(page, t.account.unlink.title);
			await take(page, 'unlink');
		});

		/** Shows a code; answers the id of its session. */
		async function startWallet(page: Page): Promise<string> {
			await page.goto('/login');
			await page.getByRole('button', { name: t.login.wallet.button }).click();
			const link = page.getByRole('link', { name: t.wallet.scan.open });
			return new URL((await link.getAttribute('href')) ?? '').searchParams.get('request') ?? '';
		}
	});
}
