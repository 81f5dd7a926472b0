import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, setVisible } from './support/steps.ts';
import { en } from './support/texts.ts';

const { notices, nothingOpened, opened, scan } = en.wallet;
const link = (page: Page) => page.getByRole('link', { name: scan.open, exact: true });
const code = (page: Page) => page.getByRole('img', { name: scan.qrName });

/** Whether the whole element is in the window, without scrolling. */
async function isInView(page: Page, element: ReturnType<typeof link>): Promise<boolean> {
	const box = await element.boundingBox();
	const size = page.viewportSize();
	if (!box || !size || (await page.evaluate(() => scrollY)) !== 0) return false;
	return box.y >= 0 && box.y + box.height <= size.height && box.x >= 0 && box.x + box.width <= size.width;
}

/** The name of the control that gets the focus first in the main region. */
function firstControl(page: Page): Promise<string | undefined> {
	return page.evaluate(() => {
		const controls = document.querySelectorAll<HTMLElement>(
			'main :is(a[href], button, input:not([type=hidden]), summary)'
		);
		return [...controls].find((control) => control.checkVisibility())?.textContent.trim();
	});
}

/** Presses the link; the test's browser has no app for it. */
async function press(page: Page): Promise<void> {
	await page.evaluate(() => addEventListener('click', (event) => event.preventDefault(), { once: true }));
	await link(page).click();
}

const phone = { hasTouch: true, isMobile: true, userAgent: 'Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36' };
const sizes = {
	'a phone': { ...phone, viewport: { width: 390, height: 844 } },
	'a phone on its side': { ...phone, viewport: { width: 844, height: 390 } },
	'a small phone': { ...phone, viewport: { width: 320, height: 568 } }
};

for (const [device, use] of Object.entries(sizes)) {
	for (const javaScriptEnabled of [true, false]) {
		test.describe(`on ${device}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, { tag: '@full' }, () => {
			test.use({ ...use, javaScriptEnabled });

			test('the button that opens the wallet is visible, first in Tab order, under a matching heading', async ({
				page,
				wallet
			}) => {
				await wallet.start();
				await expectHeading(page, scan.titleHere);
				expect(await isInView(page, link(page))).toBe(true);
				await expect(page.getByRole('main').locator('ol').getByRole('listitem')).toHaveText([...scan.stepsHere]);
				await expect(code(page)).toBeHidden();
				await page.getByText(scan.showCode, { exact: true }).click();
				await expect(code(page)).toBeVisible();
			});
		});
	}
}

for (const javaScriptEnabled of [true, false]) {
	test.describe(`on a small laptop, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, { tag: '@full' }, () => {
		test.use({ viewport: { width: 1366, height: 620 }, javaScriptEnabled });

		test('the whole QR code is in view, and the link that opens a wallet here is beside it', async ({
			page,
			wallet
		}) => {
			await wallet.start();
			await expectHeading(page, scan.title);
			expect(await isInView(page, code(page))).toBe(true);
			await expect(link(page)).toBeVisible();
		});
	});

	test.describe(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
		test.use({ javaScriptEnabled });

		test('a person can choose where the wallet is, and the next code page keeps that order', async ({
			page,
			wallet
		}) => {
			await wallet.start();
			await page.getByRole('button', { name: scan.change.other }).click();
			await expectHeading(page, scan.titleHere);
			await page.goto('/login');
			await page.getByRole('button', { name: en.login.wallet.button }).click();
			await expectHeading(page, scan.titleHere);
			await page.getByRole('button', { name: scan.change.this }).click();
			await expectHeading(page, scan.title);
		});
	});
}

test.describe('on a phone', { tag: '@full' }, () => {
	test.use(sizes['a phone']);

	test('the button comes first in Tab order', async ({ page, wallet }) => {
		await wallet.start();
		expect(await firstControl(page)).toBe(scan.open);
	});

	test('if nothing opens, the page says what to do after three seconds, once', async ({ page, wallet }) => {
		await page.clock.install();
		await wallet.start();
		await expect(page.getByRole('button', { name: scan.copy })).toBeVisible();
		await press(page);
		await page.clock.runFor(3000);
		await expect(page.getByRole('heading', { name: nothingOpened.title })).toBeVisible();
		await expect(page.getByText(nothingOpened.what.code)).toBeVisible();
		await expect(page.getByRole('status')).toHaveText(nothingOpened.announcement);

		// A wallet elsewhere has opened the code.
		await wallet.open();
		await expectHeading(page, opened.title);
		await expect(page.getByRole('heading', { name: nothingOpened.title })).toHaveCount(0);
	});

	test('a wallet that fails to open again is reported, with what can be done on that page', async ({
		page,
		wallet
	}) => {
		await page.clock.install();
		await wallet.start();
		await wallet.open();
		await expectHeading(page, opened.title);
		await page.evaluate(() => addEventListener('click', (event) => event.preventDefault(), { once: true }));
		await page.getByRole('link', { name: opened.again }).click();
		await page.clock.runFor(3000);
		await expect(page.getByRole('heading', { name: nothingOpened.title })).toBeVisible();
		await expect(page.getByText(nothingOpened.what.opened)).toBeVisible();
		await expect(page.getByRole('button', { name: en.wallet.startAgain })).toBeVisible();
		await expect(page.getByRole('status')).toHaveText(nothingOpened.announcement);
	});

	test('a person who returns without sharing sees that nothing was received', async ({ page, wallet, sandbox }) => {
		await wallet.start();
		await expect(page.getByRole('button', { name: scan.copy })).toBeVisible();
		await press(page);
		await setVisible(page, false);
		const reads = sandbox.count('bridge.status');
		await setVisible(page, true);
		await expect.poll(() => sandbox.count('bridge.status')).toBeGreaterThan(reads);
		const status = page.getByRole('status');
		await expect(status).toHaveText(notices.nothing_received);
		await expect(status).toBeInViewport();
	});

	for (const javaScriptEnabled of [true, false]) {
		test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
			test.use({ javaScriptEnabled });

			test('a wallet that was opened can be opened again, or the person starts with a new code', async ({
				page,
				wallet,
				sandbox
			}) => {
				await wallet.start();
				await wallet.open();
				await expectHeading(page, opened.title);
				const again = page.getByRole('link', { name: opened.again });
				expect(sandbox.sessionByLink((await again.getAttribute('href')) ?? '')?.id).toBe(wallet.sessionId);
				expect(await isInView(page, again)).toBe(true);
				await page.getByRole('button', { name: en.wallet.startAgain }).click();
				await expectHeading(page, scan.titleHere);
			});
		});
	}
});

test.describe('on a tablet that identifies as a computer', { tag: '@full' }, () => {
	test.use({
		viewport: { width: 820, height: 1180 },
		hasTouch: true,
		isMobile: true,
		userAgent: 'Mozilla/5.0 (Macintosh)'
	});

	test('the page corrects its order before it is rendered, and remembers it', async ({ page, wallet }) => {
		await wallet.start();
		await expectHeading(page, scan.titleHere);
		await page.reload();
		await expectHeading(page, scan.titleHere);
		await expect(page.locator('script[src="/pointer.js"]')).toHaveCount(0);
	});
});

test('a wallet that returns to another browser sends the person back to the first one', async ({ page }) => {
	await page.goto('/login/wallet?response_code=0123456789');
	await expectHeading(page, en.wallet.ended.foreign.title);
	await expect(page).not.toHaveTitle(/^Error: /);
	expect(page.url()).not.toContain('response_code');
});

test(
	'the link to the wallet can be copied; each press is confirmed, and a new code clears the confirmation',
	{ tag: '@full' },
	async ({ page, context, wallet }) => {
		await context.grantPermissions(['clipboard-read', 'clipboard-write']);
		await wallet.start();
		const button = page.getByRole('button', { name: scan.copy });
		await button.click();
		await expect(page.getByRole('status')).toHaveText(scan.copied);
		await expect(page.getByText(scan.copied)).toHaveCount(2);
		expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await link(page).getAttribute('href'));

		await page.getByRole('button', { name: scan.newCode }).click();
		await expect(page.getByRole('status')).toHaveText(en.wallet.notices.new_code);
		await expect(page.getByText(scan.copied)).toHaveCount(0);
	}
);

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('each press shows a result: a check, and a new code', async ({ page, wallet }) => {
		await wallet.start();
		await page.getByRole('link', { name: scan.check }).click();
		await expect(page.getByText(notices.nothing_received)).toBeFocused();
		await page.getByRole('button', { name: scan.newCode }).click();
		await expect(page.getByText(notices.new_code)).toBeFocused();
		await wallet.expectCode();
		await wallet.open();
		await expectHeading(page, opened.title);
		await page.getByRole('link', { name: opened.check }).click();
		await expect(page.getByText(notices.no_response)).toBeFocused();
	});
});
