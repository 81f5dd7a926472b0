import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';
import { finishChecking } from './support/wallet-sign-in.ts';

/** Does to a page what Chrome's translation does: other elements in place of each text that is not `translate="no"`. */
async function translate(page: Page): Promise<void> {
	await page.evaluate(() => {
		const xhtml = 'http://www.w3.org/1999/xhtml';
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const texts: Text[] = [];
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			if (!(node instanceof Text) || node.data.trim() === '') continue;
			if (!node.parentElement?.closest('[translate=no], font, script, style')) texts.push(node);
		}
		for (const text of texts) {
			const outer = document.createElementNS(xhtml, 'font');
			outer.appendChild(document.createElementNS(xhtml, 'font')).append(`«${text.data}»`);
			text.replaceWith(outer);
		}
	});
}

test(
	'a page that the browser translates continues to show the progress of the sign-in',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.scenario('verifying-ms', { ms: 60_000 });
		// A browser translates when the page has loaded: its scripts are at work.
		const scripted = page.waitForRequest(/\/events/);
		await wallet.start();
		await scripted;
		await translate(page);
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(`«${en.wallet.scan.title}»`);
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await translate(page);
		await wallet.share('unknown-employee');
		await expectHeading(page, en.wallet.checking.title);
		await expect(page.getByText(en.wallet.checking.what)).toBeVisible();
		await expect(page.getByRole('status')).toHaveText(en.wallet.checking.announcement);
		await expect(page.locator('main')).not.toContainText(en.wallet.opened.title);
		await translate(page);
		finishChecking(sandbox, wallet.sessionId);
		await expectHeading(page, en.identity.confirm.title);
	}
);

test(
	'a review page that the browser translates continues to update',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.scenario('review-never');
		await wallet.start();
		await wallet.share('unknown-employee');
		await page.getByRole('button', { name: en.identity.confirm.button }).click();
		await expectHeading(page, en.identity.review.title);
		await translate(page);
		sandbox.review(wallet.sessionId, 'approve');
		await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');
	}
);

test.describe('while the portal cannot create a new code', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('a countdown that the browser translates continues, and its digits stay intact', async ({
		page,
		wallet,
		sandbox
	}) => {
		await page.clock.install();
		const scripted = page.waitForRequest(/\/events/);
		await wallet.start();
		await scripted;
		// Without a new code, only the time of this one is left.
		sandbox.scenario('bridge-down');
		await page.clock.runFor('04:05');
		const digits = page.getByText(/^\d+:\d\d$/);
		await expect(digits).toBeVisible();
		await translate(page);
		const before = await digits.textContent();
		await page.clock.runFor('00:05');
		await expect(digits).not.toHaveText(before ?? '');
		await expect(page.getByText(/about \d+ minutes?/)).toHaveCount(0);
	});
});

test.describe('a long list of institutions', () => {
	// A landscape of its own: the portal keeps a list of institutions for a while.
	test.use({ env: { SUPPORT_EMAIL: 'help@zuid.example' } });

	test(
		'is searched by the institutions’ own names, even if the browser translates the page',
		{ tag: '@full' },
		async ({ page, sandbox }) => {
			sandbox.scenario('many-providers');
			await page.goto('/login');
			await translate(page);
			await page.getByRole('searchbox').fill('noord');
			const found = page.getByRole('list', { name: en.login.institution.search.list }).getByRole('link');
			await expect(found.first()).toHaveText('Universiteit Noord');
			for (const name of await found.allTextContents()) expect(name).not.toContain('«');
		}
	);
});
