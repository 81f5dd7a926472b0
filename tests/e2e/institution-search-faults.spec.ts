import { expect, type Route } from '@playwright/test';
import { field, institutions, listen, words } from './support/institution-search.ts';
import { test } from './support/journey.ts';

// The landscape of institution-search.spec.ts.
test.use({ env: { SUPPORT_EMAIL: 'help@noord.example' } });
test.beforeEach(({ sandbox }) => sandbox.scenario('many-providers'));

const faults: readonly (readonly [string, string, (route: Route) => Promise<void>])[] = [
	['the list cannot be loaded', '/login/institutions', (route) => route.abort()],
	['the list is unavailable', '/login/institutions', (route) => route.fulfill({ status: 503, json: { error: 'x' } })],
	['the list is empty', '/login/institutions', (route) => route.fulfill({ json: [] })],
	['the list has another shape', '/login/institutions', (route) => route.fulfill({ json: { error: 'x' } })],
	['the matching rule cannot be loaded', '/match-institution', (route) => route.abort()]
];
for (const [what, path, respond] of faults) {
	test.describe(`while ${what}`, { tag: '@full' }, () => {
		test.use({ expectsFaults: true });

		test('the page announces that once, and the form still searches', async ({ page }) => {
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

test.describe('when the list can be loaded again', { tag: '@full' }, () => {
	test.use({ expectsFaults: true });

	test('the next input searches, and the notice disappears', async ({ page }) => {
		await page.route('**/login/institutions*', (route) => route.abort(), { times: 1 });
		await page.goto('/login');
		await field(page).focus();
		await expect(page.getByText(words.search.failed)).toBeVisible();
		await field(page).pressSequentially('curacao');
		await expect(institutions(page)).toHaveCount(4);
		await expect(page.getByText(words.search.failed)).toBeHidden();
	});
});
