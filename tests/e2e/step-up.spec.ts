import { expect, type Page } from '@playwright/test';
import { MFA } from '../sandbox/sts/accounts.ts';
import { test } from './support/journey.ts';
import { expectHeading, fact, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

const { stepUp, unlink, wallets, unlinkedNotice, session } = en.account;

for (const { title, tag, javaScriptEnabled } of [
	{ title: 'with JavaScript', tag: ['@full'], javaScriptEnabled: true },
	{ title: 'without JavaScript', tag: [], javaScriptEnabled: false }
]) {
	test.describe(title, { tag }, () => {
		test.use({ javaScriptEnabled, env: { STEP_UP_ACR: MFA } });

		test('a person without their phone stays signed in, and unlinks a wallet once they have it', async ({ page }) => {
			await signInAtInstitution(page);
			await expectHeading(page, en.account.title);
			await page.getByRole('link', { name: wallets.unlink(1) }).click();
			await expect(page.getByText(unlink.stronger)).toBeVisible();
			await expect(page.getByRole('button', { name: unlink.button })).toHaveCount(0);

			await signInAgain(page, 'I have no phone with me');
			await expectHeading(page, stepUp.refused.title);
			await expect(page).toHaveTitle(/^Error: /);
			await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
			await page.getByRole('link', { name: stepUp.toAccount }).click();
			await expect(fact(page, session.level)).toHaveText(session.levels['one-check']);
			await page.goBack();

			await page.getByRole('link', { name: stepUp.refused.button }).click();
			await confirmAs(page, 'Confirm as Sanne de Vries');
			await expectHeading(page, unlink.title(1));
			await page.getByRole('button', { name: unlink.button }).click();
			await expect(page.getByText(unlinkedNotice)).toBeVisible();
			await expect(fact(page, session.level)).toHaveText(session.levels['extra-check']);
		});
	});
}

async function signInAgain(page: Page, factor: string): Promise<void> {
	await page.getByRole('link', { name: unlink.signInAgain }).click();
	await confirmAs(page, factor);
}

async function confirmAs(page: Page, factor: string): Promise<void> {
	await page.getByRole('button', { name: 'Sanne de Vries' }).click();
	await page.getByRole('button', { name: factor }).click();
}
