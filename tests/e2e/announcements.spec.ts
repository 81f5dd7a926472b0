import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { finishChecking } from './support/wallet-sign-in.ts';
import { en } from './support/texts.ts';

test('(a11y 7, 8) each change is announced once, in a status element that is in the initial HTML', async ({
	page,
	wallet,
	sandbox
}) => {
	sandbox.scenario('verifying-ms', { ms: 60_000 });
	await wallet.start();
	const source = await (await page.request.get('/login/wallet')).text();
	expect(source).toMatch(/<p role="status"[^>]*><\/p>/);
	expect(source.match(/role="status"/g)).toHaveLength(1);

	const announcements = await listen(page);
	await wallet.open();
	await expectHeading(page, en.wallet.opened.title);
	await wallet.share('expired-credential');
	await expectHeading(page, en.wallet.checking.title);
	finishChecking(sandbox, wallet.sessionId);
	await expectHeading(page, en.wallet.ended.refused.title);
	expect(await announcements()).toEqual([en.wallet.opened.announcement, en.wallet.checking.announcement]);
	for (const spoken of await announcements()) expect(spoken.split(' ').length, spoken).toBeLessThan(15);
	await expect(page.getByRole('alert')).toHaveCount(1);
});

test('(a11y 8) a new code that takes long is announced twice: while it is made, and when it is there', async ({
	page,
	wallet,
	sandbox
}) => {
	await page.clock.install();
	await wallet.start();
	await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
	sandbox.scenario('bridge-slow', { operation: 'create', ms: 3000 });
	const announcements = await listen(page);
	await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
	await page.clock.runFor('00:02');
	await expect(page.getByText(en.wallet.makingCode).filter({ visible: true })).not.toHaveCount(0);
	await expect(page.getByRole('status')).toHaveText(en.wallet.notices.new_code);
	expect(await announcements()).toEqual([en.wallet.makingCode, en.wallet.notices.new_code]);
	await expect(page.getByText(en.wallet.makingCode)).toHaveCount(0);
});

test(
	'(a11y 9) a final state is announced in a single alert, which stays visible',
	{ tag: '@full' },
	async ({ page, wallet }) => {
		await page.clock.install();
		await wallet.start();
		await wallet.decline();
		const alert = page.getByRole('alert');
		await expect(alert).toContainText(en.wallet.ended.declined.title);
		await page.clock.runFor('30:00');
		await expect(alert).toHaveCount(1);
		await expect(alert).toContainText(en.wallet.ended.declined.what);
		await expect(alert).toBeVisible();
	}
);

test(
	'(a11y 8) a heartbeat announces nothing and does not move focus',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		await wallet.start();
		const button = page.getByRole('button', { name: en.wallet.scan.newCode });
		await button.focus();
		const announcements = await listen(page);
		const reads = sandbox.count('bridge.status');
		await expect.poll(() => sandbox.count('bridge.status')).toBeGreaterThan(reads + 2);
		expect(await announcements()).toEqual([]);
		await expect(button).toBeFocused();
	}
);

test(
	'(a11y 11) focus moves to the new heading only if the focused control disappears',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.scenario('verifying-ms', { ms: 60_000 });
		await wallet.start();
		await page.getByRole('button', { name: en.wallet.scan.newCode }).focus();
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

		const stop = page.getByRole('button', { name: en.wallet.cancel });
		await stop.focus();
		await wallet.share('known-student');
		await expectHeading(page, en.wallet.checking.title);
		await expect(stop).toBeFocused();
	}
);

/** Notes what status lines say from now on; returns what was said so far. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
	const notes = await page.evaluateHandle(() => {
		const spoken: string[] = [];
		const lines = document.querySelectorAll('[role=status], [aria-live=assertive]');
		const note = ({ target }: MutationRecord) => {
			const text = target.textContent?.trim();
			if (text) spoken.push(text);
		};
		const watcher = new MutationObserver((changes) => changes.forEach(note));
		for (const line of lines) watcher.observe(line, { childList: true, characterData: true, subtree: true });
		return spoken;
	});
	return () => notes.jsonValue();
}
