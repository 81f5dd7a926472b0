import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { settings } from './support/settings.ts';
import { expectHeading, expectSignedIn, fact } from './support/steps.ts';
import { en } from './support/texts.ts';

const { explain, confirm, ended, faults, person, reasons, review, stepUp } = en.identity;

for (const { title, tag, use } of settings) {
	test.describe(title, { tag }, () => {
		test.use(use);

		test('an unknown wallet is linked by one visit to the institution', async ({ page, wallet }) => {
			await wallet.start('/login?returnTo=/accessibility');
			await wallet.share('unknown-student');
			await expectHeading(page, explain.title);
			await expect(page.getByText(reasons.FIRST_TIME_LINK)).toBeVisible();
			await page.getByRole('button', { name: explain.button }).click();
			await page.getByRole('button', { name: 'Confirm' }).click();
			await expect(page).toHaveURL('/accessibility');
			await expect(page.getByText(en.account.wallets.linkedNotice)).toBeVisible();
			await page.reload();
			await expect(page.getByText(en.account.wallets.linkedNotice)).toHaveCount(0);

			await page.context().clearCookies();
			await wallet.start();
			await wallet.share('unknown-student');
			await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
		});

		test('an unknown wallet is linked by a confirmation on the portal’s own page', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('unknown-employee');
			await expectHeading(page, confirm.title);
			await page.getByRole('button', { name: confirm.button }).click();
			await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');
		});

		for (const { answer: response, title, person, tag } of [
			{ answer: confirm.notMe, title: confirm.title, person: 'unknown-employee', tag: [] },
			{ answer: confirm.noneOfThese, title: confirm.choose, person: 'several-candidates', tag: ['@full'] }
		] as const) {
			test(
				`"${response}" does not link the wallet, and shows what to do next`,
				{ tag: [...tag] },
				async ({ page, wallet, sandbox }) => {
					await wallet.start();
					await wallet.share(person);
					await expectHeading(page, title);
					await page.getByRole('button', { name: response }).click();
					await expectHeading(page, ended['not-me'].title);
					await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
					await expect(page).not.toHaveTitle(/^Error: /);
					await expect(page.getByText(ended['not-me'].next)).toBeVisible();
					await page.goBack();
					await page.reload();
					await expect(page.getByRole('button', { name: confirm.button })).toHaveCount(0);
					expect(sandbox.count('bridge.idv-submit')).toBe(0);
				}
			);
		}

		test('(a11y 18) with several candidates a person has to choose one', { tag: '@full' }, async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('several-candidates');
			await expectHeading(page, confirm.choose);
			await page.getByRole('button', { name: confirm.chooseButton }).click();
			await expect(page.getByRole('heading', { name: faults.title })).toBeFocused();
			await expect(page).toHaveTitle(/^Error: /);
			await page.getByRole('link', { name: faults.chooseOne }).click();
			await expect(page.getByRole('radio').first()).toBeFocused();
			await page.getByRole('radio', { name: /Computing science/ }).check();
			await page.getByRole('button', { name: confirm.chooseButton }).click();
			await expectSignedIn(page, 'Jan Jansen', 'sts-wallet');
		});

		test('a wrong candidate is not linked', { tag: '@full' }, async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('several-candidates');
			await page.getByRole('radio', { name: /Biology/ }).check();
			await page.getByRole('button', { name: confirm.chooseButton }).click();
			await expectHeading(page, ended['no-match'].title);
		});

		test('an expired link is renewed by a stronger check', { tag: '@full' }, async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('expired-binding');
			await expect(page.getByText(stepUp)).toBeVisible();
			await page.getByRole('button', { name: explain.button }).click();
			await page.getByRole('button', { name: 'Confirm' }).click();
			await expectSignedIn(page, 'Milan Smit', 'sts-wallet');
		});

		test('an approved review signs the person in', { tag: '@full' }, async ({ page, wallet, sandbox }) => {
			sandbox.scenario('review-never');
			await wallet.start();
			await wallet.share('unknown-employee');
			await page.getByRole('button', { name: confirm.button }).click();
			await expectHeading(page, review.title);
			sandbox.review(wallet.sessionId, 'approve');
			await wallet.check();
			await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');
		});

		test('a rejected review ends on a page that says so', { tag: '@full' }, async ({ page, wallet, sandbox }) => {
			sandbox.scenario('review-never');
			await wallet.start();
			await wallet.share('unknown-employee');
			await page.getByRole('button', { name: confirm.button }).click();
			await expectHeading(page, review.title);
			sandbox.review(wallet.sessionId, 'reject');
			await wallet.check();
			await expectHeading(page, ended['review-refused'].title);
		});
	});
}

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('(a11y 17) during a review, the page says whether it goes on by itself', async ({ page, wallet, sandbox }) => {
			sandbox.scenario('review-never');
			await wallet.start();
			await wallet.share('unknown-employee');
			await page.getByRole('button', { name: confirm.button }).click();
			await expectHeading(page, review.title);
			await expect(page.getByText(review.byItself)).toBeVisible({ visible: javaScriptEnabled });
			await expect(page.getByText(review.byPress)).toBeVisible({ visible: !javaScriptEnabled });
		});
	});
}

test('(a11y 19) the data from the wallet is shown, so that nobody has to type it', async ({ page, wallet }) => {
	await wallet.start();
	await wallet.share('unknown-student');
	await expectHeading(page, explain.title);
	await expect(fact(page, person.givenName)).toHaveText('Daan');
	await expect(fact(page, person.familyName)).toHaveText('Bakker');
	await expect(fact(page, person.birthdate)).toHaveText('30 November 2004');
	await expect(page.getByRole('textbox')).toHaveCount(0);
});
