import { expect, type Page } from '@playwright/test';
import type { Sandbox } from '../sandbox/index.ts';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn, setVisible } from './support/steps.ts';
import { en } from './support/texts.ts';

/** The session that the link on the page opens. */
async function sessionOnScreen(page: Page, sandbox: Sandbox): Promise<string> {
	const link = page.getByRole('link', { name: en.wallet.scan.open });
	return sandbox.sessionByLink((await link.getAttribute('href')) ?? '')?.id ?? '';
}

/** Lets the code on the screen get older, and the page notice; returns the session on the screen once there have been so many. */
async function age(page: Page, sandbox: Sandbox, seconds: number, codes: number): Promise<string> {
	expect(sandbox.advance(await sessionOnScreen(page, sandbox), seconds)).toBe(true);
	await expect
		.poll(async () => {
			await page.clock.runFor('00:02');
			return sandbox.count('bridge.create');
		})
		.toBe(codes);
	return sessionOnScreen(page, sandbox);
}

test('(a11y 4, 13) a code renews itself without moving focus or announcing it; the first one scanned wins', async ({
	page,
	wallet,
	sandbox
}) => {
	await page.clock.install();
	await wallet.start();
	const enlarge = page.getByRole('checkbox', { name: en.wallet.scan.enlarge });
	await enlarge.focus();
	await age(page, sandbox, 185, 2);
	await expect.poll(() => sessionOnScreen(page, sandbox)).not.toBe(wallet.sessionId);
	await expect(enlarge).toBeFocused();
	await expect(page.getByRole('status')).toBeEmpty();

	// The old code, still on somebody's phone.
	await wallet.open();
	await expectHeading(page, en.wallet.opened.title);
	await page.reload();
	await expectHeading(page, en.wallet.opened.title);
	await wallet.share('known-student');
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

test('(a11y 14, 15) the expiry is announced two minutes before, and one key press restores the full time', async ({
	page,
	wallet,
	sandbox
}) => {
	await page.clock.install();
	await wallet.start();
	const button = page.getByRole('button', { name: en.wallet.scan.newCode });
	await button.focus();
	let shown = wallet.sessionId;
	for (const codes of [2, 3]) {
		await age(page, sandbox, 185, codes);
		await expect.poll(() => sessionOnScreen(page, sandbox)).not.toBe(shown);
		shown = await sessionOnScreen(page, sandbox);
	}
	await age(page, sandbox, 185, 3);
	const warning = page.getByText(en.wallet.endsSoon);
	const timer = page.getByRole('timer');
	await expect.poll(() => page.clock.runFor('00:02').then(() => warning.count())).toBe(1);
	await expect(timer).toHaveText(`${en.wallet.remaining(120)} ${en.wallet.moreTime}`);

	await page.keyboard.press('Enter');
	await expect.poll(() => sandbox.count('bridge.create')).toBe(4);
	await expect.poll(() => page.clock.runFor('00:02').then(() => warning.count())).toBe(0);
	await expect(button).toBeFocused();
	await expect(timer).toBeEmpty();
});

test.describe('while the tab is hidden', () => {
	// The status of the expired session may be gone.
	test.use({ expectsFaults: true });

	test('(a11y 14) a code expires, and is renewed when the tab is shown', async ({ page, wallet, sandbox }) => {
		await page.clock.install();
		await wallet.start();
		await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
		await setVisible(page, false);
		expect(sandbox.expire(wallet.sessionId)).toBe(true);
		await page.clock.runFor('05:10');
		expect(sandbox.count('bridge.create')).toBe(1);
		await setVisible(page, true);
		await expect.poll(() => sessionOnScreen(page, sandbox)).not.toBe(wallet.sessionId);
		await expectHeading(page, en.wallet.scan.title);
		expect(sandbox.count('bridge.create')).toBe(2);
		await wallet.expectCode();
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});
});

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('a double click makes one code', async ({ page, sandbox }) => {
			await page.goto('/login');
			await page.getByRole('button', { name: en.login.wallet.button }).dblclick();
			await expectHeading(page, en.wallet.scan.title);
			expect(sandbox.count('bridge.create')).toBe(1);
		});
	});
}

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('the first code that is scanned wins, also after a new one', async ({ page, wallet, sandbox }) => {
		await wallet.start();
		await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
		await expectHeading(page, en.wallet.scan.title);
		expect(await sessionOnScreen(page, sandbox)).not.toBe(wallet.sessionId);
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});
});
