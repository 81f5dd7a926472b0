import { type BrowserContext, expect } from '@playwright/test';
import { signalGroup } from '../tasks/children.mjs';
import { startBufferingProxy } from './support/forward-proxy.ts';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn, setVisible } from './support/steps.ts';
import { en } from './support/texts.ts';
import { WalletSignIn } from './support/wallet-sign-in.ts';

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

test('a hidden tab closes its stream, and reads the status once when it is shown', async ({
	page,
	context,
	wallet
}) => {
	const noted = noteRequests(context);
	const closed = page.waitForEvent('requestfailed', (request) => streams.test(request.url()));
	const opened = page.waitForRequest(streams);
	await wallet.start();
	await opened;
	await setVisible(page, false);
	await closed;
	await wallet.open();
	await setVisible(page, true);
	await expectHeading(page, en.wallet.opened.title);
	await expect.poll(() => noted.streams).toBe(2);
	await wallet.share('known-student');
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

test('with eight wallet tabs over HTTP/1.1 a ninth page loads', { tag: '@full' }, async ({ context, page, wallet }) => {
	await wallet.start();
	let front = page;
	for (let tabs = 1; tabs < 8; tabs++) {
		await setVisible(front, false);
		front = await context.newPage();
		const stream = front.waitForRequest(streams);
		await front.goto('/login/wallet');
		await stream;
	}
	await setVisible(front, false);
	const ninth = await context.newPage();
	await ninth.goto('/help');
	await expectHeading(ninth, en.help.title);
});

test(
	'a portal that stops responding is reported under the heading until it responds again',
	{ tag: '@full' },
	async ({ page, wallet, landscape }) => {
		await wallet.start();
		await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
		const status = page.getByRole('status');
		signalGroup(landscape.portal.pid, 'SIGSTOP');
		try {
			await expect(status).toHaveText(en.wallet.unreachable, { timeout: 30_000 });
			await expect(status).toBeInViewport();
		} finally {
			signalGroup(landscape.portal.pid, 'SIGCONT');
		}
		await expect(status).toBeEmpty({ timeout: 30_000 });
	}
);

test('a final state that is reported twice keeps its outcome', { tag: '@full' }, async ({ page, wallet }) => {
	const data = /\/login\/wallet\/view$/;
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
	// By the next response the page has done what it does about that one.
	await page.evaluate(async () => (await fetch('/api/health')).status);
	goOn();
	await expectHeading(page, en.wallet.ended.declined.title);
});

test.describe('a failing event stream', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('that is cut in the middle is replaced by polling', async ({ page, context, wallet }) => {
		const noted = noteRequests(context);
		let cuts = 0;
		await page.route(streams, (route) => {
			cuts++;
			const body = 'event: connected\ndata: {}\n\n';
			return cuts === 1 ? route.fulfill({ contentType: 'text/event-stream', body }) : route.abort();
		});
		await wallet.start();
		await expect.poll(() => noted.statuses).toBeGreaterThan(0);
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});

	for (const status of [429, 503]) {
		test(`that is refused with ${status} is replaced by polling, without an error on the page`, async ({
			page,
			wallet
		}) => {
			await page.route(streams, (route) => route.fulfill({ status, headers: { 'retry-after': '10' } }));
			await wallet.start();
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			await expect(page.getByText(en.wallet.unreachable)).toHaveCount(0);
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		});
	}

	test('that does not open within 2 s does not delay the page', { tag: '@full' }, async ({ page, wallet }) => {
		await page.route(streams, () => {});
		await wallet.start();
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await page.unrouteAll({ behavior: 'ignoreErrors' });
	});
});

test(
	'behind a proxy that buffers the body of a stream, the page continues by polling',
	{ tag: '@full' },
	async ({ openBrowser, sandbox }) => {
		const proxy = await startBufferingProxy();
		const context = await openBrowser({ proxy: { server: proxy.url, bypass: '<-loopback>' } });
		const page = await context.newPage();
		const wallet = new WalletSignIn(page, sandbox, true);
		await wallet.start();
		const polled = page.waitForRequest(/\/status$/, { timeout: 10_000 });
		await wallet.open();
		await polled;
		await expectHeading(page, en.wallet.opened.title);
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		await context.close();
		await proxy.stop();
	}
);

test(
	'the page of an identity review reads the same event stream',
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
