import { expect, type Page } from '@playwright/test';
import { en } from './texts.ts';

/** The page with this heading is there. */
export async function expectHeading(page: Page, name: string): Promise<void> {
	await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
}

/** From the choice of ways in to the institution's page, and signed in there. */
export async function signInAtInstitution(page: Page, loginPath = '/login', name = 'Sanne de Vries'): Promise<void> {
	await page.goto(loginPath);
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await page.getByRole('button', { name }).click();
}

/** On the account page, signed in as that person and in that way. */
export async function expectSignedIn(page: Page, name: string, provider: 'sts' | 'sts-wallet'): Promise<void> {
	await expect(page).toHaveURL('/account');
	await expectHeading(page, en.account.title);
	await expect(fact(page, en.account.person.name)).toHaveText(name);
	await expect(fact(page, en.account.session.provider)).toHaveText(en.account.session.providers[provider]);
}

/** The value beside a term of a description list. */
export function fact(page: Page, term: string) {
	return page.getByRole('term').filter({ hasText: term }).locator('xpath=following-sibling::dd');
}

/** The error that the page was rendered with. Its heading has the focus, so that it is no alert. */
export function errorNotice(page: Page) {
	return page.locator('main .notice.error');
}

/** The login page tells of a fault, or that the session is over, in words of ours. */
export async function expectLoginError(page: Page, error: keyof typeof en.login.errors): Promise<void> {
	const { what, next } = en.login.errors[error];
	await expectHeading(page, en.login.title);
	await expect(page.locator('main .notice')).toContainText(`${what} ${next}`);
	const isFault = error !== 'session_expired' && error !== 'session_ended';
	await expect(errorNotice(page)).toHaveCount(isFault ? 1 : 0);
	await expect(page).toHaveTitle(isFault ? /^Error: / : /^(?!Error: )/);
}

/** As the browser does when another tab comes to the front, or this one. */
export async function setVisible(page: Page, isVisible: boolean): Promise<void> {
	await page.evaluate(
		(state) => {
			Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
			document.dispatchEvent(new Event('visibilitychange'));
		},
		isVisible ? 'visible' : 'hidden'
	);
}
