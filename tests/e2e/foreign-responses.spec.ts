import { expect, type Page, type Route } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

/** What stands in front of the portal responds in its place: an ingress, a filter, a captive portal. */
test.use({ expectsFaults: true });

const html = { contentType: 'text/html', body: '<!doctype html><h1>Not the portal</h1>' };
const foreign = [
	['an ingress’s 404', (route: Route) => route.fulfill({ status: 404, ...html })],
	['a filter’s 403', (route: Route) => route.fulfill({ status: 403, ...html })],
	['a captive portal’s page', (route: Route) => route.fulfill({ status: 200, ...html })],
	[
		'a redirect to a login page',
		(route: Route) => route.fulfill({ status: 302, headers: { location: '/login?by=a-proxy' } })
	],
	['an empty response', (route: Route) => route.fulfill({ status: 200, contentType: 'application/json', body: '' })]
] as const;

const scripted = (url: URL) => url.pathname.startsWith('/api/') || url.pathname.endsWith('/view');

/** Requests of the page's scripts get this response until the returned function is called. */
async function stepIn(page: Page, matches: (url: URL) => boolean, respond: (route: Route) => Promise<void>) {
	await page.route(matches, respond);
	return () => page.unroute(matches, respond);
}

for (const [index, [name, respond]] of foreign.entries()) {
	const tag = index === 0 ? [] : ['@full'];

	test(`${name} while a code is displayed does not affect the code`, { tag }, async ({ page, wallet }) => {
		const stepAside = await stepIn(page, scripted, respond);
		await wallet.start();
		await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
		await expectHeading(page, en.wallet.scan.title);
		await stepAside();
		await wallet.share('known-student');
		await expect(page.getByRole('heading', { name: en.account.title })).toBeVisible({ timeout: 30_000 });
	});

	test(`${name} while a session is being completed does not end the sign-in`, { tag }, async ({ page, wallet }) => {
		const isComplete = ({ pathname }: URL) => pathname.endsWith('/complete');
		const stepAside = await stepIn(page, isComplete, respond);
		await wallet.start();
		await wallet.share('known-student');
		await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
		await stepAside();
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});

	test(
		`${name} for a new code leaves the old code on the page, which creates a new one later`,
		{ tag: '@full' },
		async ({ page, wallet }) => {
			await wallet.start();
			// The page's script is there.
			await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
			const code = wallet.sessionId;
			const stepAside = await stepIn(page, ({ search }) => search === '?/start', respond);
			await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
			await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
			await wallet.expectCode();
			expect(wallet.sessionId).toBe(code);
			const link = page.getByRole('link', { name: en.wallet.scan.open });
			const href = (await link.getAttribute('href')) ?? '';
			await stepAside();
			await expect(link).not.toHaveAttribute('href', href, { timeout: 20_000 });
			await expect(page.getByRole('status')).toHaveText(en.wallet.notices.new_code);
		}
	);

	test(
		`${name} in place of the next page keeps the current page until the portal responds`,
		{ tag },
		async ({ page, wallet }) => {
			await wallet.start();
			const stepAside = await stepIn(page, ({ pathname }) => pathname === '/login/start', respond);
			await wallet.share('known-student');
			await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
			await expectHeading(page, en.wallet.leaving.title);
			await stepAside();
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		}
	);
}

test(
	'a review outcome is read again after a foreign page was returned in its place',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.scenario('review-never');
		await wallet.start();
		await wallet.share('unknown-employee');
		await page.getByRole('button', { name: en.identity.confirm.button }).click();
		await expectHeading(page, en.identity.review.title);
		const isView = ({ pathname }: URL) => pathname.startsWith('/login/identity/');
		const stepAside = await stepIn(page, isView, (route) => route.fulfill({ status: 502, ...html }));
		sandbox.review(wallet.sessionId, 'reject');
		await expect(page.getByRole('status')).toHaveText(en.identity.unreachable, { timeout: 20_000 });
		await expectHeading(page, en.identity.review.title);
		await stepAside();
		await expectHeading(page, en.identity.ended['review-refused'].title);
	}
);

test(
	'a failure reason is read again after a foreign page was returned in its place',
	{ tag: '@full' },
	async ({ page, wallet }) => {
		await wallet.start();
		const isView = ({ pathname }: URL) => pathname === '/login/wallet/view';
		const stepAside = await stepIn(page, isView, (route) => route.fulfill({ status: 404, ...html }));
		await wallet.decline();
		await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
		await stepAside();
		await expectHeading(page, en.wallet.ended.declined.title);
	}
);
