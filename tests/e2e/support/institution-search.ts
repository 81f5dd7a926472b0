import type { Page } from '@playwright/test';
import { en } from './texts.ts';

export const words = en.login.institution;
/** The text with the number of matches. */
export const found = (count: number) => words.search.found(count, String(count));
export const field = (page: Page) => page.getByRole('searchbox', { name: words.search.label });
export const heading = (page: Page) => page.getByRole('heading', { level: 3 });
export const institutions = (page: Page) => page.getByRole('list', { name: words.search.list }).getByRole('link');
/** The title of the login page, beginning with this text. */
export const titled = (text: string) => new RegExp(`^${text ? `${text} – ` : ''}${en.login.title} – `);

/** Records the texts of the status line from now on; the returned function reads them. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
	const recorded = await page.getByRole('status').evaluateHandle((line) => {
		const spoken: string[] = [];
		const watcher = new MutationObserver(() => {
			if (line.textContent) spoken.push(line.textContent);
		});
		watcher.observe(line, { childList: true, characterData: true, subtree: true });
		return spoken;
	});
	return () => recorded.jsonValue();
}
