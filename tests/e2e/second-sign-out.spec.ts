import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

const { confirm } = en.account.sessions;

// A portal of its own, whose calls may take as long as the slow STS of this test.
test.use({ env: { STS_TIMEOUT_MS: '8998' }, expectsFaults: true });

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		for (const { title, path, name } of [
			{ title: 'sign out', path: '/account', name: en.site.signOut },
			{ title: 'sign out everywhere', path: '/account/sessions/all/end', name: confirm.all.button }
		]) {
			test(`a second press on “${title}” while the STS is slow signs out at the STS`, async ({ page, sandbox }) => {
				await signInAtInstitution(page);
				await expectSignedIn(page, 'Sanne de Vries', 'sts');
				await page.goto(path);
				sandbox.scenario('sts-slow', { operation: 'revocation', ms: 2000 });
				// A locator would wait until the navigation of the first press has ended.
				const box = await page.getByRole('button', { name, exact: true }).boundingBox();
				const press = () => page.mouse.click((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
				await press();
				await expect.poll(() => sandbox.count('sts.revocation')).toBe(1);
				await press();
				await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
				await expect(page).toHaveURL(/\/\?state=/);
				expect(sandbox.count('sts.end-session')).toBe(1);
			});
		}
	});
}
