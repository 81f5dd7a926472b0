import { expect, type Page } from '@playwright/test';
import type { ScenarioName } from '../sandbox/scenarios.ts';
import { test } from './support/journey.ts';
import { settings } from './support/settings.ts';
import { errorNotice, expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

type Outcome = keyof typeof en.identity.ended;

const afterTheVisit: readonly { scenario: ScenarioName; outcome: Outcome }[] = [
	{ scenario: 'already-linked', outcome: 'linked-elsewhere' },
	{ scenario: 'assurance-too-low', outcome: 'assurance-too-low' },
	{ scenario: 'second-202', outcome: 'again-required' }
];
const withoutConfirmation: Record<string, Outcome> = { Refuse: 'refused-at-institution', Fail: 'failed' };

for (const { title, use } of settings) {
	test.describe(title, { tag: '@full' }, () => {
		test.use(use);

		for (const { scenario, outcome } of afterTheVisit) {
			test(`(a11y 21) after the visit to the institution: ${scenario}`, async ({ page, wallet, sandbox }) => {
				sandbox.scenario(scenario);
				await wallet.start();
				await wallet.share('unknown-student');
				await page.getByRole('button', { name: en.identity.explain.button }).click();
				await page.getByRole('button', { name: 'Confirm' }).click();
				await expectEnding(page, outcome);
			});
		}

		for (const [button, outcome] of Object.entries(withoutConfirmation)) {
			test(`(a11y 21) an institution can say "${button}"`, async ({ page, wallet }) => {
				await wallet.start();
				await wallet.share('unknown-student');
				await page.getByRole('button', { name: en.identity.explain.button }).click();
				await page.getByRole('button', { name: button, exact: true }).click();
				await expectEnding(page, outcome);
			});
		}

		test('(a11y 21) a wallet that may not be linked is rejected with an explanation', async ({
			page,
			wallet,
			sandbox
		}) => {
			sandbox.scenario('plan', { planType: 'FAIL_CLOSED', reason: 'FIRST_TIME_LINK' });
			await wallet.start();
			await wallet.share('unknown-student');
			await expectEnding(page, 'not-possible');
		});

		test('(a11y 21) if the Bridge has no manual confirmation, the page says that it is not offered', async ({
			page,
			wallet,
			sandbox
		}) => {
			sandbox.scenario('no-idv-submit');
			await wallet.start();
			await wallet.share('unknown-employee');
			await page.getByRole('button', { name: en.identity.confirm.button }).click();
			await expectEnding(page, 'confirmation-not-offered');
		});
	});
}

test.describe('a page without JavaScript', { tag: '@full' }, () => {
	test.use({ javaScriptEnabled: false });

	test('(a11y 21) reports at the next step that the wallet session has expired', async ({ page, wallet, sandbox }) => {
		await wallet.start();
		await wallet.share('unknown-student');
		await expectHeading(page, en.identity.explain.title);
		expect(sandbox.expire(wallet.sessionId)).toBe(true);
		await page.getByRole('button', { name: en.identity.explain.button }).click();
		await expectEnding(page, 'expired');
	});
});

/** The page says what happened, and leads back to the choice of ways in. */
async function expectEnding(page: Page, outcome: Outcome): Promise<void> {
	await expectHeading(page, en.identity.ended[outcome].title);
	await expect(page).toHaveTitle(/^Error: /);
	await expect(errorNotice(page)).toContainText(en.identity.ended[outcome].what);
	await page.getByRole('link', { name: en.identity.back }).click();
	await expectHeading(page, en.login.title);
}
