import { expect, type Page } from '@playwright/test';
import { texts } from '../../src/lib/i18n/index.ts';
import type { CancelNotice } from '../../src/lib/wallet/view.ts';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';
import type { WalletSignIn } from './support/wallet-sign-in.ts';

/** How far a sign-in had come when the person stops, on which page, and what is then true. */
const moments: readonly {
	when: string;
	walk: (wallet: WalletSignIn) => Promise<void>;
	heading: (t: typeof en) => string;
	notice: CancelNotice;
}[] = [
	{
		when: 'before anything was scanned',
		walk: async () => {},
		heading: (t) => t.wallet.scan.title,
		notice: 'nothing_shared'
	},
	{
		when: 'while the wallet asks',
		walk: (wallet) => wallet.open(),
		heading: (t) => t.wallet.opened.title,
		notice: 'still_open'
	},
	{
		when: 'while the response is being checked',
		walk: (wallet) => wallet.share('known-student'),
		heading: (t) => t.wallet.checking.title,
		notice: 'nothing_kept'
	}
];

/** Stops, and is told so on the login page, calmly, where the keyboard and a screen reader are at once. */
async function stop(page: Page, t: typeof en, notice: CancelNotice): Promise<void> {
	await page.getByRole('button', { name: t.wallet.cancel }).click();
	await expectHeading(page, t.login.title);
	await expect(page).toHaveURL(`/login?returnTo=%2Fhelp&stopped=${notice}`);
	await expect(page.getByRole('region', { name: t.login.stopped.title })).toContainText(t.login.stopped[notice]);
	await expect(page.getByRole('heading', { name: t.login.stopped.title })).toBeFocused();
	await expect(page.getByRole('alert')).toHaveCount(0);
	await expect(page).toHaveTitle(new RegExp(`^${t.login.title}`));
}

for (const { locale, javaScriptEnabled, tag } of [
	{ locale: 'en', javaScriptEnabled: true, tag: [] },
	{ locale: 'nl', javaScriptEnabled: false, tag: [] },
	{ locale: 'en', javaScriptEnabled: false, tag: ['@full'] },
	{ locale: 'nl', javaScriptEnabled: true, tag: ['@full'] }
] as const) {
	const t = texts(locale);
	const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

	test.describe(`(a11y 16, 17) stopping, ${how}, in ${locale}`, { tag: [...tag] }, () => {
		test.use({ javaScriptEnabled });

		/** The phone has come so far, and the page shows it in this language. */
		async function begin(
			page: Page,
			wallet: WalletSignIn,
			walk: (wallet: WalletSignIn) => Promise<void>,
			heading: (words: typeof en) => string
		) {
			await wallet.start('/login?returnTo=/help');
			await walk(wallet);
			// A page that goes on by itself would take the press with it.
			await expectHeading(page, heading(en));
			await page.locator(`header button[value=${locale}]`).click();
			await expectHeading(page, heading(t));
		}

		for (const [index, { when, walk, heading, notice }] of moments.entries()) {
			const isCore = index === 0;

			test(
				`${when} shows the correct notice: ${notice}`,
				{ tag: isCore ? [] : ['@full'] },
				async ({ page, wallet, sandbox }) => {
					sandbox.scenario('verifying-ms', { ms: 60_000 });
					await begin(page, wallet, walk, heading);
					await stop(page, t, notice);
					// The session is no longer this browser's.
					expect((await page.request.get(`/api/wallet/sessions/${wallet.sessionId}/status`)).status()).toBe(404);
					await page.goto('/login/wallet');
					await expectHeading(page, t.wallet.start.title);
				}
			);
		}

		test('during identity verification shows that nothing was linked', { tag: '@full' }, async ({ page, wallet }) => {
			await begin(
				page,
				wallet,
				() => wallet.share('unknown-student'),
				({ identity }) => identity.explain.title
			);
			await stop(page, t, 'nothing_linked');
			await page.goto('/login/identity');
			await expectHeading(page, t.wallet.start.title);
		});

		test(
			'during a review shows that the wallet may already be linked',
			{ tag: '@full' },
			async ({ page, wallet, sandbox }) => {
				sandbox.scenario('review-never');
				await begin(
					page,
					wallet,
					() => wallet.share('unknown-employee'),
					({ identity }) => identity.confirm.title
				);
				await page.getByRole('button', { name: t.identity.confirm.button }).click();
				await expectHeading(page, t.identity.review.title);
				await stop(page, t, 'nothing_kept');
			}
		);
	});
}

test.describe('with an unavailable Bridge', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('(a11y 16) a person can still stop', async ({ page, wallet, sandbox }) => {
		await wallet.start('/login?returnTo=/help');
		sandbox.scenario('bridge-down');
		await stop(page, en, 'nothing_kept');
	});
});

test('an unknown notice in the URL is not shown', async ({ page }) => {
	await page.goto('/login?stopped=eve_was_here');
	await expectHeading(page, en.login.title);
	await expect(page.getByRole('region', { name: en.login.stopped.title })).toHaveCount(0);
	await expect(page.locator('body')).not.toContainText('eve_was_here');
});
