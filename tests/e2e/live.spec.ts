import { type BrowserContext, expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

const streams = /\/api\/wallet\/sessions\/[^/]+\/events/;

/** Notes how often pages of this browser ask for a stream, and for a status. */
function noteRequests(context: BrowserContext) {
	const noted = { streams: 0, statuses: 0 };
	context.on('request', (request) => {
		if (streams.test(request.url())) noted.streams++;
		if (request.url().endsWith('/status')) noted.statuses++;
	});
	return noted;
}

test('two tabs share one stream, and both go on with the wallet', async ({ page, context, wallet }) => {
	const noted = noteRequests(context);
	await wallet.start();
	const other = await context.newPage();
	await other.goto('/login/wallet');
	await expectHeading(other, en.wallet.scan.title);
	await wallet.open();
	for (const tab of [page, other]) await expectHeading(tab, en.wallet.opened.title);
	expect(noted.streams).toBe(1);

	// The tab that led the stream is gone: the other one takes over.
	await page.close();
	await expect.poll(() => noted.streams).toBe(2);
	await wallet.share('known-student');
	await expectSignedIn(other, 'Sanne de Vries', 'sts-wallet');
});

test('an ending that is heard of twice is told as what it was', { tag: '@full' }, async ({ page, wallet }) => {
	const data = /\/login\/wallet\/__data\.json/;
	let goOn = () => {};
	const held = new Promise<void>((resolve) => (goOn = resolve));
	await wallet.start();
	await page.route(data, async (route) => {
		await held;
		await route.continue();
	});
	const read = page.waitForRequest(data);
	await wallet.decline();
	await read;
	const status = page.waitForResponse(/\/status$/);
	await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
	await (await status).finished();
	// By the next answer the page has done what it does about that one.
	await page.evaluate(async () => (await fetch('/api/health')).status);
	goOn();
	await expectHeading(page, en.wallet.ended.declined.title);
});

test.describe('a stream that fails', () => {
	test.use({ expectsFaults: true });

	test('is cut in the middle: the page goes on by asking', async ({ page, context, wallet }) => {
		const noted = noteRequests(context);
		let cuts = 0;
		await page.route(streams, (route) => {
			cuts++;
			const body = ': open\n\n';
			return cuts === 1 ? route.fulfill({ contentType: 'text/event-stream', body }) : route.abort();
		});
		await wallet.start();
		await expect.poll(() => noted.statuses).toBeGreaterThan(0);
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});

	test('does not open within 2 s: the page does not wait for it', { tag: '@full' }, async ({ page, wallet }) => {
		await page.route(streams, () => {});
		await wallet.start();
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await page.unrouteAll({ behavior: 'ignoreErrors' });
	});
});

test(
	'the review of an identity is followed by the same stream',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.scenario('review-never');
		await wallet.start();
		await wallet.share('unknown-employee');
		const stream = page.waitForRequest(streams);
		await page.getByRole('button', { name: en.identity.confirm.button }).click();
		await expectHeading(page, en.identity.review.title);
		await stream;
		sandbox.review(wallet.sessionId, 'approve');
		await expect(page.getByRole('heading', { name: en.account.title })).toBeVisible();
	}
);
