import { expect, type Page } from '@playwright/test';

/** What the portal says from now on of the time that the session has left. */
export const setRemaining = (page: Page, expiresInMs: number) => setSession(page, { expiresInMs });

/** What the portal says from now on of the session. */
export async function setSession(page: Page, changes: object): Promise<void> {
	await page.route('**/api/auth/session', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...((await response.json()) as object), ...changes } });
	});
}

/** Forwards the page's clock until something is true: on a busy machine the page's script may start after the first time. */
export async function forwardUntil(page: Page, time: string, isTrue: () => Promise<void>): Promise<void> {
	await expect(async () => {
		await page.clock.fastForward(time);
		await isTrue();
	}).toPass();
}
