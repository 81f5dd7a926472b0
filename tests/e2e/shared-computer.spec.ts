import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

// A portal of its own: it has read what the STS offers once, without an end-session page.
test.use({ env: { STS_TIMEOUT_MS: '9000' } });

test('the next person at a shared computer has to sign in, even if the STS was not told of the sign-out', async ({
	page,
	context,
	sandbox
}) => {
	sandbox.scenario('no-end-session');
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	const session = (await context.cookies()).filter(({ name }) => name.startsWith('portal.session'));
	expect(session.map(({ expires }) => expires)).toEqual([-1]);

	await page.getByRole('button', { name: en.site.signOut }).click();
	await expect(page.getByRole('heading', { name: en.login.signedOut, level: 1 })).toBeVisible();
	await page.goto('/login');
	await expect(page.getByText(en.login.institution.last)).toHaveCount(0);
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await expect(page.getByRole('button', { name: 'Sanne de Vries' })).toBeVisible();
});
