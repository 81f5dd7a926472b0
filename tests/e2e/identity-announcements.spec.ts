import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

const { confirm, ended, review } = en.identity;

/** Collects what a screen reader announces from now on: status lines, new alerts, and headings that get the focus. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
	const notes = await page.evaluateHandle(() => {
		const spoken: string[] = [];
		const alerts = new WeakSet<Element>(document.querySelectorAll('[role=alert]'));
		const textOf = (element: Element | null) => element?.textContent.trim().replaceAll(/\s+/g, ' ') ?? '';
		const statusLine = () => textOf(document.querySelector('[role=status]'));
		let status = statusLine();
		const look = () => {
			for (const alert of document.querySelectorAll('[role=alert]')) {
				if (!alerts.has(alert)) spoken.push(textOf(alert));
				alerts.add(alert);
			}
			if (statusLine() !== status && statusLine() !== '') spoken.push(statusLine());
			status = statusLine();
		};
		const changes = { attributeFilter: ['role'], characterData: true, childList: true, subtree: true };
		new MutationObserver(look).observe(document.body, changes);
		document.addEventListener('focusin', ({ target }) => {
			if (target instanceof HTMLHeadingElement) spoken.push(textOf(target));
		});
		return spoken;
	});
	return () => notes.jsonValue();
}

for (const { where, focused } of [
	{ where: 'in what changes', focused: (page: Page) => page.getByRole('link', { name: review.check }) },
	{ where: 'elsewhere', focused: (page: Page) => page.getByRole('link', { name: en.site.help, exact: true }) }
]) {
	test(`(a11y 8, 11) the outcome of a review is announced once, with the focus ${where}`, async ({
		page,
		wallet,
		sandbox
	}) => {
		sandbox.scenario('review-never');
		await wallet.start();
		await wallet.share('unknown-employee');
		await page.getByRole('button', { name: confirm.button }).click();
		await expectHeading(page, review.title);
		await focused(page).focus();
		const announcements = await listen(page);
		sandbox.review(wallet.sessionId, 'reject');
		const { title, what } = ended['review-refused'];
		await expectHeading(page, title);
		const once = where === 'elsewhere' ? `${title} ${what}` : title;
		await expect.poll(announcements).toEqual([once]);
	});
}

test('(a11y 8) a page that is rendered in a final state has focus on its heading, and no alert', async ({
	page,
	wallet
}) => {
	await wallet.start();
	await wallet.share('unknown-employee');
	await page.getByRole('button', { name: confirm.notMe }).click();
	await expect(page.getByRole('heading', { level: 1, name: ended['not-me'].title })).toBeFocused();
	await expect(page.getByRole('alert')).toHaveCount(0);
	await expect(page.getByRole('status')).toBeEmpty();
});
