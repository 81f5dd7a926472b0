import { type BrowserContext, expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { forwardUntil, setRemaining, setSession } from './support/session-time.ts';
import { expectLoginError, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

const notice = en.account.ending;

test(
	'a page whose session has ended says so, and keeps the return path',
	{ tag: '@full' },
	async ({ page, context }) => {
		await page.clock.install();
		await signInAtInstitution(page);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
		await setRemaining(page, 0);
		// The portal's own clock has not moved.
		await context.clearCookies({ name: /session/ });
		const login = page.getByRole('heading', { level: 1, name: en.login.title, exact: true });
		await forwardUntil(page, '24:00:00', () => expect(login).toBeVisible({ timeout: 1000 }));
		await expectLoginError(page, 'session_expired');
		expect(new URL(page.url()).searchParams.get('returnTo')).toBe('/account');
	}
);

test.describe('without a connection', () => {
	test.use({ expectsFaults: true });

	test('a page whose session has ended says so, and goes on once there is one', async ({ page, context }) => {
		await page.clock.install();
		await signInAtInstitution(page);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
		const alert = page.getByRole('alert');
		await setSession(page, { expiresInMs: 90_000 });
		await forwardUntil(page, '23:58:30', () => expect(alert).toContainText(notice.title, { timeout: 1000 }));
		await page.unrouteAll();
		await context.setOffline(true);
		await page.clock.fastForward('01:31');
		await expect(alert).toHaveText(`${notice.over} ${notice.unreachable}`);
		await expect(page).toHaveURL(/\/account$/);

		await context.clearCookies({ name: /session/ });
		await context.setOffline(false);
		await expectLoginError(page, 'session_expired');
	});
});

for (const years of [-1, 1]) {
	test(
		`a browser clock that is ${years < 0 ? 'a year behind' : 'a year ahead'} has no effect`,
		{ tag: '@full' },
		async ({ page }) => {
			const now = new Date();
			await page.clock.install({ time: now.setFullYear(now.getFullYear() + years) });
			await signInAtInstitution(page);
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
			// The page's script may not have started yet.
			await expect(async () => {
				const read = page.waitForResponse('**/api/auth/session', { timeout: 1000 });
				await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
				await read;
			}).toPass();
			await page.clock.runFor('00:30');
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
			await expect(page.getByRole('alert')).toBeEmpty();
		}
	);
}

for (const [event, target] of [
	['visibilitychange', 'document'],
	['pageshow', 'window']
] as const) {
	test(
		`a page reads the remaining session time on ${event}, because its clock may have stopped`,
		{ tag: '@full' },
		async ({ page }) => {
			await signInAtInstitution(page);
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
			await page.waitForLoadState('networkidle');
			const alert = page.getByRole('alert');
			await expect(alert).toBeEmpty();
			await setRemaining(page, 90_000);
			// The page's script may not have started yet.
			await expect(async () => {
				await page.evaluate(([name, on]) => (on === 'document' ? document : window).dispatchEvent(new Event(name)), [
					event,
					target
				] as const);
				await expect(alert).toContainText(notice.title, { timeout: 1000 });
			}).toPass();
		}
	);
}

/** With its scripts at work: what is said before, it doesn't hear. */
async function accountInAnotherTab(context: BrowserContext): Promise<Page> {
	const other = await context.newPage();
	await other.goto('/account', { waitUntil: 'networkidle' });
	return other;
}

test('another tab detects a sign-out, and says so', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	await page.getByRole('button', { name: en.site.signOut }).click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	await expectLoginError(other, 'session_ended');
});

test('an open page says that the STS has ended its session', { tag: '@full' }, async ({ page, context, sandbox }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	await sandbox.backchannelLogout('known-student', 'sts');
	// The first one also deletes the cookie.
	for (const open of [page, other]) {
		const login = open.getByRole('heading', { level: 1, name: en.login.title, exact: true });
		await expect(async () => {
			await open.evaluate(() => window.dispatchEvent(new Event('pageshow')));
			await expect(login).toBeVisible({ timeout: 1000 });
		}).toPass();
		await expectLoginError(open, 'session_ended');
	}
});

/** Holds a sign-out before the portal hears of it, or its response, until `goOn`. */
async function holdSignOut(page: Page, what: 'request' | 'response') {
	let goOn = () => {};
	const going = new Promise<void>((resolve) => (goOn = resolve));
	await page.route('**/api/auth/signout', async (route) => {
		const response = what === 'response' ? await route.fetch({ maxRedirects: 0 }) : undefined;
		await going;
		await (response ? route.fulfill({ response }) : route.continue());
	});
	return { goOn };
}

test('another tab detects a slow sign-out', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	const { goOn } = await holdSignOut(page, 'request');
	const looked = other.waitForResponse('**/api/auth/session');
	const click = page.getByRole('button', { name: en.site.signOut }).click();
	expect(await (await looked).json()).not.toBeNull();
	goOn();
	await click;
	await expectLoginError(other, 'session_ended');
});

test('the tab that signs out waits for the response to its request', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	const { goOn } = await holdSignOut(page, 'response');
	const click = page.getByRole('button', { name: en.site.signOut }).click();
	await expectLoginError(other, 'session_ended');
	goOn();
	await click;
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
});
