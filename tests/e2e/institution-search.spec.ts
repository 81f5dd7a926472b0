import { expect } from '@playwright/test';
import { field, found, heading, institutions, listen, titled, words } from './support/institution-search.ts';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en, nl } from './support/texts.ts';

// A separate landscape, because the portal caches the list of institutions.
/** The pause after which the script announces a count. */
const PAUSE_MS = 1000;

test.use({ env: { SUPPORT_EMAIL: 'help@noord.example' } });
test.beforeEach(({ sandbox }) => sandbox.scenario('many-providers'));

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('a person finds an institution in a long list and signs in there, and it is first the next time', async ({
			page
		}) => {
			await page.goto('/login?returnTo=/help');
			await expect(institutions(page)).toHaveCount(0);
			await field(page).fill('noord UNI');
			await field(page).press('Enter');
			await expect(heading(page)).toHaveText(found(1));
			await expect(page).toHaveTitle(titled(found(1)));
			await expect(institutions(page)).toHaveText(['Universiteit Noord']);
			await institutions(page).click();
			await page.getByRole('button', { name: 'Sanne de Vries' }).click();
			await expect(page).toHaveURL('/help');

			// The browser was closed, or the session has ended.
			await page.context().clearCookies({ name: /session/ });
			await page.goto('/login');
			await expect(page.getByText(words.last)).toBeVisible();
			await page.getByRole('link', { name: 'Universiteit Noord' }).click();
			await page.getByRole('button', { name: 'Sanne de Vries' }).click();
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
		});

		test('Enter moves the focus to the number of results, which is also in the title', async ({ page }) => {
			await page.goto('/login');
			await field(page).fill('curacao');
			await field(page).press('Enter');
			await expect(heading(page)).toHaveText(found(4));
			await expect(heading(page)).toBeFocused();
			await expect(page).toHaveTitle(titled(found(4)));
			await expect(field(page)).toBeInViewport();
			await page.keyboard.press('Tab');
			await expect(institutions(page).first()).toBeFocused();
		});

		test(
			'a name without results leads to a notice, and to the list of all institutions',
			{ tag: '@full' },
			async ({ page }) => {
				await page.goto('/login');
				await field(page).fill('Atlantis');
				await field(page).press('Enter');
				await expect(heading(page)).toHaveText(found(0));
				await expect(page.getByText(words.search.tryAgain, { exact: true })).toBeVisible();
				await expect(page).toHaveTitle(titled(found(0)));
				await expect(field(page)).toHaveValue('Atlantis');
				await page.getByRole('link', { name: words.search.all('65') }).click();
				await expect(heading(page)).toHaveText(found(65));
				const names: string[] = [];
				for (const pageNumber of [1, 2, 3, 4]) {
					if (pageNumber > 1) await page.getByRole('link', { name: words.search.next }).click();
					await expect(page).toHaveURL(pageNumber > 1 ? new RegExp(`page=${pageNumber}`) : /q=#/);
					names.push(...(await institutions(page).allTextContents()));
				}
				await expect(page.getByRole('link', { name: words.search.next })).toBeHidden();
				expect(new Set(names).size).toBe(65);
			}
		);
	});
}

test('the list is filtered while a person types, and the count is announced once', async ({ page }) => {
	await page.clock.install();
	await page.goto('/login');
	// The clock of the page stands still, so that the count is not announced early on a slow machine.
	await page.clock.pauseAt(Date.now() + 60_000);
	const spoken = await listen(page);
	await field(page).pressSequentially('curacao');
	await expect(institutions(page)).toHaveCount(4);
	await page.clock.runFor(PAUSE_MS - 1);
	expect(await spoken()).toEqual([]);
	await expect(page).toHaveTitle(titled(''));
	await page.clock.runFor(1);
	expect(await spoken()).toEqual([found(4)]);
	await expect(page).toHaveTitle(titled(found(4)));

	// Another input with the same results.
	await field(page).press('Space');
	await page.clock.runFor(PAUSE_MS);
	expect(await spoken()).toEqual([found(4)]);
	await field(page).press('h');
	await page.clock.runFor(PAUSE_MS);
	await field(page).press('Backspace');
	await page.clock.runFor(PAUSE_MS);
	expect(await spoken()).toEqual([found(4), found(1), found(4)]);

	await field(page).fill('');
	await expect(institutions(page)).toHaveCount(0);
	await page.clock.runFor(PAUSE_MS);
	await expect(page).toHaveTitle(titled(''));
	expect(await spoken()).toHaveLength(3);
});

test('Enter before the pause announces the count once, by moving the focus', { tag: '@full' }, async ({ page }) => {
	await page.clock.install();
	await page.goto('/login');
	await page.clock.pauseAt(Date.now() + 60_000);
	const spoken = await listen(page);
	await field(page).pressSequentially('curacao');
	await expect(institutions(page)).toHaveCount(4);
	await field(page).press('Enter');
	await expect(heading(page)).toBeFocused();
	await page.clock.runFor(10 * PAUSE_MS);
	expect(await spoken()).toEqual([]);
});

test(
	'with one result, Enter moves the focus to it, and a second Enter opens it',
	{ tag: '@full' },
	async ({ page }) => {
		await page.goto('/login');
		await field(page).pressSequentially('duinstad roc');
		await expect(institutions(page)).toHaveCount(1);
		await field(page).press('Enter');
		await expect(institutions(page)).toBeFocused();
		await expect(institutions(page)).toHaveAccessibleDescription(found(1));
		const chosen = page.waitForRequest(/\/login\/start\?.*&institution=roc-duinstad$/);
		await page.keyboard.press('Enter');
		await chosen;
	}
);

test(
	'without a result, Enter keeps the focus in the field, and the notice is announced each time',
	{ tag: '@full' },
	async ({ page }) => {
		await page.clock.install();
		await page.goto('/login');
		const spoken = await listen(page);
		await field(page).pressSequentially('Atlantis');
		await expect(heading(page)).toHaveText(found(0));
		for (const times of [1, 2]) {
			await field(page).press('Enter');
			await page.clock.runFor(PAUSE_MS);
			await expect.poll(spoken).toEqual(Array(times).fill(`${found(0)}. ${words.search.tryAgain}`));
		}
		await expect(field(page)).toBeFocused();
	}
);

test('Escape clears the search, in the field and in the results', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login');
	for (const presses of [['Escape'], ['Enter', 'Escape']]) {
		await field(page).fill('curacao');
		await expect(institutions(page)).toHaveCount(4);
		for (const press of presses) await page.keyboard.press(press);
		await expect(field(page)).toBeFocused();
		await expect(field(page)).toHaveValue('');
		await expect(institutions(page)).toHaveCount(0);
		await expect(page.getByRole('status')).toHaveText(words.search.cleared);
		await expect(page).toHaveTitle(titled(''));
	}
});

test('with the keyboard, the order is field, button, results', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login');
	await field(page).focus();
	await page.keyboard.type('hvm');
	await expect(institutions(page)).toHaveText(['Lakeview University of Applied Sciences']);
	await page.keyboard.press('Tab');
	await expect(page.getByRole('button', { name: words.search.button })).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(institutions(page)).toBeFocused();
	const chosen = page.waitForRequest(/\/login\/start\?.*&institution=hvm$/);
	await page.keyboard.press('Enter');
	await chosen;
});

test(
	'a long list is closed at first, so that the wallet is three presses of Tab away',
	{ tag: '@full' },
	async ({ page }) => {
		await page.goto('/login');
		await field(page).focus();
		for (let stop = 0; stop < 3; stop++) await page.keyboard.press('Tab');
		await expect(page.getByRole('button', { name: en.login.wallet.button })).toBeFocused();
	}
);

test('a search keeps the language and the return path', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login?returnTo=/help&q=noord+uni');
	await page.getByRole('button', { name: 'Nederlands' }).click();
	await expectHeading(page, nl.login.title);
	await expect(heading(page)).toHaveText(nl.login.institution.search.found(1, '1'));
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await page.getByRole('button', { name: 'Sanne de Vries' }).click();
	await expect(page).toHaveURL('/help');
});

test('the search text is kept after a reload and after a change of language', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login?returnTo=/help');
	await field(page).fill('university of polder');
	await field(page).press('Enter');
	await expect(institutions(page)).toHaveText(['University of Polder']);
	await page.reload();
	await expect(institutions(page)).toHaveText(['University of Polder']);
	await expect(page).toHaveTitle(titled(found(1)));

	await page.getByRole('searchbox').fill('free university');
	await page.getByRole('searchbox').press('Enter');
	await expect(institutions(page)).toHaveText(['Free University Waterland']);
	await page.getByRole('button', { name: 'Nederlands' }).click();
	await expectHeading(page, nl.login.title);
	await expect(page.getByRole('link', { name: 'Vrije Universiteit Waterland' })).toBeVisible();
	await page.getByRole('searchbox').fill('uni noord');
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await page.getByRole('button', { name: 'Sanne de Vries' }).click();
	await expect(page).toHaveURL('/help');
});
