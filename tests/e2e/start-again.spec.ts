import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

/** From the screen that waits to a new code. */
async function startAgain(page: Page): Promise<void> {
	await page.getByRole('button', { name: en.wallet.startAgain }).click();
	await expectHeading(page, en.wallet.scan.title);
}

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('after the wrong app opened the code, a new code is one step away', async ({ page, wallet }) => {
			await wallet.start('/login?returnTo=/accessibility');
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			const old = wallet.sessionId;
			await startAgain(page);
			await wallet.expectCode();
			expect(wallet.sessionId).not.toBe(old);
			await page.reload();
			await expectHeading(page, en.wallet.scan.title);
			await wallet.share('known-student');
			await expect(page).toHaveURL('/accessibility');
		});

		test(
			'while the shared data is checked, a new code is one step away',
			{ tag: '@full' },
			async ({ page, wallet, sandbox }) => {
				sandbox.scenario('verifying-ms', { ms: 60_000 });
				await wallet.start();
				await wallet.share('known-student');
				await expectHeading(page, en.wallet.checking.title);
				await startAgain(page);
			}
		);

		test(
			'during the check by the institution, a new code is one step away',
			{ tag: '@full' },
			async ({ page, wallet, sandbox }) => {
				sandbox.scenario('review-never');
				await wallet.start();
				await wallet.share('unknown-student');
				await expectHeading(page, en.identity.explain.title);
				await page.getByRole('button', { name: en.identity.explain.button }).click();
				await expect(page.getByRole('button', { name: 'Confirm' })).toBeVisible();
				await wallet.returnDuringVerification();
				await expectHeading(page, en.identity.inProgress.title);
				await startAgain(page);
				await wallet.expectCode();
				await wallet.share('known-student');
				await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
			}
		);

		test(
			'during the review of an identity, a new code is one step away',
			{ tag: '@full' },
			async ({ page, wallet, sandbox }) => {
				sandbox.scenario('review-never');
				await wallet.start();
				await wallet.share('unknown-employee');
				await page.getByRole('button', { name: en.identity.confirm.button }).click();
				await expectHeading(page, en.identity.review.title);
				await startAgain(page);
			}
		);
	});
}

test.describe('without a connection', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('the button for a new code reports the failure, while the page keeps trying', async ({
		page,
		wallet,
		sandbox
	}) => {
		await wallet.start();
		await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
		sandbox.scenario('bridge-down');
		await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
		await expect(page.getByText(en.wallet.unreachable)).toHaveCount(2);
		sandbox.reset();
	});

	test('the button for a new code keeps the page, reports the failure once per press, and works later', async ({
		page,
		context,
		wallet
	}) => {
		await wallet.start();
		await wallet.decline();
		await expectHeading(page, en.wallet.ended.declined.title);
		const button = page.getByRole('button', { name: en.wallet.scan.newCode });
		await context.setOffline(true);
		await button.click();
		await expect(page.getByText(en.wallet.noConnection)).toBeVisible();
		await expectHeading(page, en.wallet.ended.declined.title);
		await context.setOffline(false);
		await button.click();
		await wallet.expectCode();
	});
});
