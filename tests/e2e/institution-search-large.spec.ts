import { expect } from '@playwright/test';
import { field, found, heading, institutions, words } from './support/institution-search.ts';
import { test } from './support/journey.ts';

test.use({ env: { SUPPORT_EMAIL: 'help@polder.example' }, viewport: { width: 390, height: 844 } });
test.beforeEach(({ sandbox }) => sandbox.scenario('many-providers', { count: 3001 }));

test(
	'a list of 3,000 institutions is searched on a phone, with the field and the first results on one screen',
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

test(
	'a list of 3,000 institutions is requested once, when a person begins to search',
	{ tag: '@full' },
	async ({ page }) => {
		const reads: string[] = [];
		page.on('request', (request) => reads.push(new URL(request.url()).pathname));
		const isList = (path: string) => path === '/login/institutions';
		await page.goto('/login');
		expect(reads.filter(isList)).toEqual([]);
		await field(page).pressSequentially('zee');
		await expect(institutions(page)).toHaveCount(20);
		expect(reads.filter(isList)).toHaveLength(1);
	}
);
