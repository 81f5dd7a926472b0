import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

const { confirm, ended, explain, inProgress } = en.identity;
const { endsSoon, minutesLeft, moreTime, opened, remaining, startAgain, tooLittleTime } = en.wallet;

const warning = (page: Page) => page.getByText(`${endsSoon} ${tooLittleTime}`);
const newCode = (page: Page) => page.getByRole('button', { name: startAgain });

for (const { person, title } of [
	{ person: 'unknown-student', title: explain.title },
	{ person: 'unknown-employee', title: confirm.title },
	{ person: 'several-candidates', title: confirm.choose }
] as const) {
	for (const javaScriptEnabled of [true, false]) {
		test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
			test.use({ javaScriptEnabled });

			test(`(a11y 13) “${title}” says from the start how much time is left, and how to get more`, async ({
				page,
				wallet,
				sandbox
			}) => {
				await wallet.start();
				sandbox.advance(wallet.sessionId, 60);
				await wallet.share(person);
				await expectHeading(page, title);
				await expect(page.getByText(minutesLeft(4)).filter({ visible: true })).toHaveCount(1);
				await newCode(page).click();
				await wallet.expectCode();
			});
		});
	}

	test.describe('until the end', () => {
		// A status that the page reads at the end may be gone.
		test.use({ expectsFaults: true });

		test(`(a11y 14, 15) on “${title}” the end is announced two minutes before, and shown by itself`, async ({
			page,
			wallet,
			sandbox
		}) => {
			await page.clock.install();
			await wallet.start();
			await wallet.share(person);
			await expectHeading(page, title);
			await expect(page.getByText(minutesLeft(5))).toBeVisible();
			await expect(warning(page)).toHaveCount(0);
			await page.clock.runFor('03:01');
			await expect(warning(page)).toBeVisible();
			await expect(page.getByRole('timer')).toHaveText(`${remaining(120)} ${tooLittleTime}`);

			sandbox.expire(wallet.sessionId);
			await expectHeading(page, ended.expired.title);
			await expect(page.getByRole('alert')).toContainText(ended.expired.what);
			await expect(page.getByText(minutesLeft(5))).toHaveCount(0);
		});
	});
}

test('(a11y 14) a page that is shown after the end says so, with a way to begin again', async ({
	page,
	wallet,
	sandbox
}) => {
	await wallet.start('/login?returnTo=/account/sessions');
	await wallet.share('unknown-student');
	await expectHeading(page, explain.title);
	sandbox.expire(wallet.sessionId);
	await expectHeading(page, ended.expired.title);
	await page.getByRole('link', { name: en.identity.back }).click();
	await expect(page).toHaveURL('/login?returnTo=%2Faccount%2Fsessions');
});

test('(a11y 13) the time left is also shown while the institution verifies the person', async ({
	page,
	wallet,
	sandbox
}) => {
	sandbox.scenario('review-never');
	await wallet.start();
	await wallet.share('unknown-student');
	await page.getByRole('button', { name: explain.button }).click();
	await page.getByRole('button', { name: 'Confirm' }).waitFor();
	await wallet.returnDuringVerification();
	await expectHeading(page, inProgress.title);
	await expect(page.getByText(minutesLeft(5))).toBeVisible();
});

test(
	'the page of a press is loaded, although the press ends the session',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		await wallet.start();
		await wallet.share('unknown-employee');
		await expectHeading(page, confirm.title);
		// Either the page follows the session no longer, or it has noticed the end and goes elsewhere.
		const reaction = Promise.race([
			page.waitForEvent('requestfailed', (request) => request.url().includes('/events')),
			page.waitForRequest('**/login/wallet')
		]);
		await page.route('**/login/identity?/reject', async (route) => {
			const response = await route.fetch({ maxRedirects: 0 });
			sandbox.expire(wallet.sessionId);
			await reaction;
			await route.fulfill({ response });
		});
		await page.getByRole('button', { name: confirm.notMe }).click();
		await expectHeading(page, ended['not-me'].title);
	}
);

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('(a11y 13) once the wallet has opened the request, the page says how much time its session has', async ({
			page,
			wallet,
			sandbox
		}) => {
			await wallet.start();
			sandbox.advance(wallet.sessionId, 120);
			await wallet.open();
			await expectHeading(page, opened.title);
			await expect(page.getByText(minutesLeft(3)).filter({ visible: true })).toHaveCount(1);
			await expect(page.getByText(moreTime)).toHaveCount(0);
			await expect(newCode(page)).toBeVisible();
		});
	});
}
