import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

const { title: accountTitle, unlinkedNotice, unlink, wallets } = en.account;

for (const { title, tag, javaScriptEnabled } of [
	{ title: 'with JavaScript', tag: [], javaScriptEnabled: true },
	{ title: 'without JavaScript', tag: ['@full'], javaScriptEnabled: false }
]) {
	test.describe(title, { tag }, () => {
		test.use({ javaScriptEnabled });

		test('a person unlinks a wallet after confirming it', async ({ page, sandbox }) => {
			await openUnlinkPage(page);
			await page.getByRole('link', { name: unlink.cancel }).click();
			await expectHeading(page, accountTitle);
			expect(sandbox.count('bridge.remove-binding')).toBe(0);

			await page.getByRole('link', { name: wallets.unlink(1) }).click();
			await page.getByRole('button', { name: unlink.button }).click();
			await expect(page.getByText(unlinkedNotice)).toBeVisible();
			await expect(page.getByText(wallets.none)).toBeVisible();
			expect(sandbox.count('bridge.remove-binding')).toBe(1);
		});
	});
}

test('unlinking requires a new sign-in if the last one is too old', { tag: '@full' }, async ({ page, sandbox }) => {
	sandbox.scenario('signed-in-ago', { seconds: 3600, times: 1 });
	await openUnlinkPage(page);
	await expect(page.getByText(unlink.newer)).toBeVisible();
	await expect(page.getByRole('button', { name: unlink.button })).toHaveCount(0);

	await page.getByRole('link', { name: unlink.signInAgain }).click();
	await page.getByRole('button', { name: 'Sanne de Vries' }).click();
	await expectHeading(page, unlink.title(1));
	await page.getByRole('button', { name: unlink.button }).click();
	await expect(page.getByText(unlinkedNotice)).toBeVisible();
});

test('an unlinked wallet is unknown again', { tag: '@full' }, async ({ page, wallet }) => {
	await openUnlinkPage(page);
	await page.getByRole('button', { name: unlink.button }).click();
	await expect(page.getByText(unlinkedNotice)).toBeVisible();
	await page.context().clearCookies();
	await wallet.start();
	await wallet.share('known-student');
	await expectHeading(page, en.identity.explain.title);
});

test('a person cannot open the page of another person’s wallet', { tag: '@full' }, async ({ page, sandbox }) => {
	await openUnlinkPage(page);
	const address = page.url();
	await page.context().clearCookies();
	await page.goto('/login');
	await page.getByRole('link', { name: 'Hogeschool West' }).click();
	await page.getByRole('button', { name: 'Milan Smit' }).click();
	await expectHeading(page, accountTitle);
	await page.goto(address);
	await expectHeading(page, en.site.errors.notFound.title);
	expect(sandbox.count('bridge.remove-binding')).toBe(0);
});

async function openUnlinkPage(page: Page): Promise<void> {
	await signInAtInstitution(page);
	await expectHeading(page, accountTitle);
	await page.getByRole('link', { name: wallets.unlink(1) }).click();
	await expectHeading(page, unlink.title(1));
}
