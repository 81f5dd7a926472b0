import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { errorNotice, expectHeading, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en, nl } from './support/texts.ts';

/** What texts call a way to sign in, and where its controls lead. */
const ways = {
	institution: {
		words: /(?:with|without) your institution|(?:met|zonder) uw instelling/i,
		address: /provider=sts(?!-)|#institution/
	},
	wallet: { words: /wallet|\bQR\b/i, address: /\/login\/wallet|provider=sts-wallet|\/wallets\// }
};

/** Every page of the portal that links lead to from here; signing out, and leaving for elsewhere, are left out. */
async function crawl(page: Page, first: string, look: (page: Page) => Promise<void>): Promise<readonly string[]> {
	const queue = [first];
	const seen = new Set<string>();
	for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
		if (seen.has(path)) continue;
		seen.add(path);
		await page.goto(path);
		const { origin } = new URL(page.url());
		await look(page);
		const links = await page
			.getByRole('link')
			.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
		const own = links
			.map((href) => new URL(href))
			.filter((url) => url.origin === origin && url.pathname !== '/login/start');
		queue.push(...own.map(({ pathname, search }) => pathname + search));
	}
	return [...seen];
}

/** Neither words nor controls of this way; the name of the product does not count. */
async function expectNothingOf(way: keyof typeof ways, page: Page): Promise<void> {
	const { words, address } = ways[way];
	const text = await page.locator('body').innerText();
	const shown = [en, nl].reduce((rest, { site }) => rest.replaceAll(site.product, ''), text);
	expect(words.exec(shown)?.[0], page.url()).toBeUndefined();
	const targets = await page
		.locator('a[href], form[action]')
		.evaluateAll((all) => all.map((element) => element.getAttribute('href') ?? element.getAttribute('action') ?? ''));
	expect(
		targets.filter((target) => address.test(target)),
		page.url()
	).toEqual([]);
}

test.describe('with institutions as the only sign-in method', () => {
	test.use({ env: { SIGN_IN_METHODS: 'institution', AUTH_BRIDGE_URL: '' } });

	for (const locale of ['nl-NL', 'en-GB']) {
		test.describe(locale, () => {
			test.use({ locale });
			test('no linked page mentions wallets, signed in or not', { tag: '@full' }, async ({ page }) => {
				const look = (shown: Page) => expectNothingOf('wallet', shown);
				const open = await crawl(page, '/', look);
				expect(open).toEqual(expect.arrayContaining(['/', '/login', '/help', '/privacy', '/accessibility']));
				await signInAtInstitution(page);
				expect(await crawl(page, '/account', look)).toContain('/account');
			});
		});
	}

	test('a refusal does not offer another method', async ({ page, sandbox }) => {
		sandbox.scenario('login-error', { error: 'access_denied' });
		await signInAtInstitution(page, '/login?returnTo=/help');
		await expect(errorNotice(page)).toContainText(en.login.errors.access_denied.what);
		await expect(page.getByText(en.login.otherWay)).toHaveCount(0);
		await expectNothingOf('wallet', page);
	});
});

test.describe('with wallets as the only sign-in method', () => {
	test.use({ env: { SIGN_IN_METHODS: 'wallet' } });

	for (const locale of ['nl-NL', 'en-GB']) {
		test.describe(locale, () => {
			test.use({ locale });
			test('no linked page offers the institution', async ({ page }) => {
				const look = (shown: Page) => expectNothingOf('institution', shown);
				const open = await crawl(page, '/', look);
				expect(open).toEqual(expect.arrayContaining(['/', '/login', '/help', '/privacy', '/accessibility']));
			});
		});
	}

	test(
		'a person signs in, and every page and final state on the way offers only the wallet',
		{ tag: '@full' },
		async ({ page, wallet }) => {
			const look = () => expectNothingOf('institution', page);
			await wallet.start();
			await look();
			await wallet.decline();
			await expect(page.getByRole('alert')).toContainText(en.wallet.ended.declined.title);
			await look();
			await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
			await wallet.expectCode();
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
			await crawl(page, '/account', look);
		}
	);

	test(
		'unlinking requires a sign-in with a wallet, and returns to the page afterwards',
		{ tag: '@full' },
		async ({ page, wallet, sandbox }) => {
			sandbox.scenario('signed-in-ago', { seconds: 3600, times: 1 });
			await wallet.start();
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
			await page.getByRole('link', { name: en.account.wallets.unlink(1) }).click();
			await expectHeading(page, en.account.unlink.title(1));
			const unlinkUrl = page.url();
			await page.getByRole('link', { name: en.account.unlink.signInAgain }).click();
			await expectHeading(page, en.wallet.start.title);
			await page.getByRole('button', { name: en.wallet.start.button }).click();
			await wallet.expectCode();
			await wallet.share('known-student');
			await expect(page).toHaveURL(unlinkUrl);
			await expect(page.getByRole('button', { name: en.account.unlink.button })).toBeVisible();
		}
	);
});
