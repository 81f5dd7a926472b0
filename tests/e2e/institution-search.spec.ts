import { expect, type Page, type Route } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en, nl } from './support/texts.ts';

const words = en.login.institution;
const found = (count: number) => words.search.found(count, String(count));
const field = (page: Page) => page.getByRole('searchbox', { name: words.search.label });
const heading = (page: Page) => page.getByRole('heading', { level: 3 });
const institutions = (page: Page) => page.getByRole('list', { name: words.search.list }).getByRole('link');
const titled = (text: string) => new RegExp(`^${text ? `${text} – ` : ''}${en.login.title} – `);
/** The pause after which the script announces a count. */
const PAUSE_MS = 1000;

// A landscape of its own: the portal keeps a list of institutions for a while.
test.use({ env: { SUPPORT_EMAIL: 'help@noord.example' } });
test.beforeEach(({ sandbox }) => sandbox.scenario('many-providers'));

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('a person finds an institution in a long list, signs in there, and has it first the next time', async ({
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

		test('Enter goes to the results: the focus is on how many there are, and the title says so', async ({ page }) => {
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

		test('a name that nobody has says so, and every institution is still there', { tag: '@full' }, async ({ page }) => {
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
		});
	});
}

test('the list follows what is typed, and the count is said once', async ({ page }) => {
	await page.clock.install();
	await page.goto('/login');
	// Else the page's time goes on, and the count is said before a slow machine looks.
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

test('Enter before the pause says the count once, by the focus', { tag: '@full' }, async ({ page }) => {
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

test('with one result, Enter goes to it, and Enter again opens it', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login');
	await field(page).pressSequentially('duinstad roc');
	await expect(institutions(page)).toHaveCount(1);
	await field(page).press('Enter');
	await expect(institutions(page)).toBeFocused();
	await expect(institutions(page)).toHaveAccessibleDescription(found(1));
	const chosen = page.waitForRequest(/\/login\/start\?.*&institution=roc-duinstad$/);
	await page.keyboard.press('Enter');
	await chosen;
});

test(
	'without a result, Enter leaves the focus in the field and says so each time',
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

test('Escape clears the search, from the field and from the results', { tag: '@full' }, async ({ page }) => {
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

test('with the keyboard alone: field, button, results', { tag: '@full' }, async ({ page }) => {
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
	'a long list is closed at first: the wallet is three stops of the keyboard away',
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

test('what was typed is still there after a reload, and in another language', { tag: '@full' }, async ({ page }) => {
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

const faults: readonly (readonly [string, string, (route: Route) => Promise<void>])[] = [
	['the list cannot be loaded', '/login/institutions', (route) => route.abort()],
	['the list is not known', '/login/institutions', (route) => route.fulfill({ status: 503, json: { error: 'x' } })],
	['the list is empty', '/login/institutions', (route) => route.fulfill({ json: [] })],
	['the list has another shape', '/login/institutions', (route) => route.fulfill({ json: { error: 'x' } })],
	['the matching rule cannot be loaded', '/match-institution', (route) => route.abort()]
];
for (const [what, path, respond] of faults) {
	test.describe(`while ${what}`, { tag: '@full' }, () => {
		test.use({ expectsFaults: true });

		test('the page says so once, and the form still searches', async ({ page }) => {
			await page.route(({ pathname }) => pathname.includes(path), respond);
			await page.goto('/login');
			const spoken = await listen(page);
			await field(page).pressSequentially('cura');
			await expect.poll(spoken).toEqual([words.search.failed]);
			await expect(page.getByText(words.search.failed)).toBeInViewport();
			await field(page).pressSequentially('cao');
			await field(page).blur();
			await field(page).focus();
			expect(await spoken()).toEqual([words.search.failed]);
			await field(page).press('Enter');
			await expect(page).toHaveURL(/q=curacao/);
			await expect(institutions(page)).toHaveCount(4);
		});
	});
}

test.describe('once the list can be loaded again', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('the next input searches, and the notice goes', async ({ page }) => {
		await page.route('**/login/institutions*', (route) => route.abort(), { times: 1 });
		await page.goto('/login');
		await field(page).focus();
		await expect(page.getByText(words.search.failed)).toBeVisible();
		await field(page).pressSequentially('curacao');
		await expect(institutions(page)).toHaveCount(4);
		await expect(page.getByText(words.search.failed)).toBeHidden();
	});
});

test.describe('a list of 3,000', () => {
	test.use({ env: { SUPPORT_EMAIL: 'help@polder.example' }, viewport: { width: 390, height: 844 } });
	test.beforeEach(({ sandbox }) => sandbox.scenario('many-providers', { count: 3001 }));

	test(
		'is searched on a phone: the field, and the first results, are on one screen',
		{ tag: '@full' },
		async ({ page }) => {
			await page.goto('/login');
			expect((await page.content()).length).toBeLessThan(20_000);
			await field(page).fill('zee');
			await expect(heading(page)).toHaveText(found(600));
			await expect(institutions(page)).toHaveCount(20);
			await expect(page.getByText(`${words.search.part('1', '20')} ${words.search.narrow}`)).toBeVisible();
			await expect(page.getByRole('status')).toHaveText(`${found(600)}. ${words.search.part('1', '20')}`);
			await field(page).press('Enter');
			await expect(heading(page)).toBeFocused();
			await expect(field(page)).toBeInViewport();
			await expect(institutions(page).nth(2)).toBeInViewport();

			await page.getByRole('link', { name: words.search.next }).click();
			await expect(heading(page)).toHaveText(`${found(600)}, ${words.search.page('2')}`);
			await expect(heading(page)).toBeFocused();
			await field(page).fill('rup');
			await expect(institutions(page)).toHaveText(['University of Polder']);
			await expect(page.getByRole('navigation', { name: words.search.pages })).toBeHidden();
		}
	);

	test('is read once, when somebody begins to search', { tag: '@full' }, async ({ page }) => {
		const reads: string[] = [];
		page.on('request', (request) => reads.push(new URL(request.url()).pathname));
		const isList = (path: string) => path === '/login/institutions';
		await page.goto('/login');
		expect(reads.filter(isList)).toEqual([]);
		await field(page).pressSequentially('zee');
		await expect(institutions(page)).toHaveCount(20);
		expect(reads.filter(isList)).toHaveLength(1);
	});
});

/** Notes what the status line says from now on. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
	const notes = await page.getByRole('status').evaluateHandle((line) => {
		const spoken: string[] = [];
		const watcher = new MutationObserver(() => {
			if (line.textContent) spoken.push(line.textContent);
		});
		watcher.observe(line, { childList: true, characterData: true, subtree: true });
		return spoken;
	});
	return () => notes.jsonValue();
}
