import { expect } from '@playwright/test';
import type { ScenarioName } from '../sandbox/scenarios.ts';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

const faults: readonly { name: ScenarioName; tag: string[] }[] = [
	{ name: 'bridge-down', tag: [] },
	{ name: 'bridge-html', tag: ['@full'] },
	{ name: 'bridge-slow', tag: ['@full'] },
	{ name: 'bridge-cut', tag: ['@full'] },
	{ name: 'bridge-500', tag: ['@full'] },
	{ name: 'bridge-wrong-json', tag: ['@full'] }
];

test.use({ expectsFaults: true, env: { AUTH_BRIDGE_TIMEOUT_MS: '1000' } });

for (const { name, tag } of faults) {
	test(
		`no code can be created (${name}): the page reports it, and creates one later`,
		{ tag },
		async ({ page, wallet, sandbox }) => {
			sandbox.scenario(name);
			await page.goto('/login?returnTo=/accessibility');
			await page.getByRole('button', { name: en.login.wallet.button }).click();
			await expectHeading(page, en.wallet.ended.unavailable.title);
			await expect(page.getByText(en.wallet.ended.unavailable.next)).toBeVisible();

			sandbox.lift(name);
			await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
			await wallet.expectCode();
			await wallet.share('known-student');
			await expect(page).toHaveURL('/accessibility');
		}
	);

	test(
		`the Bridge becomes unavailable while a person scans (${name}): the page reports it, and recovers`,
		{ tag },
		async ({ page, wallet, sandbox }) => {
			await wallet.start();
			sandbox.scenario(name);
			await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
			sandbox.lift(name);
			await wallet.share('known-student');
			await expect(page.getByRole('heading', { name: en.account.title })).toBeVisible({ timeout: 15_000 });
		}
	);
}

test(
	'the Bridge becomes unavailable at the last step: the page recovers without user action',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		await wallet.start();
		sandbox.scenario('bridge-down', { operation: 'complete' });
		await wallet.share('known-student');
		await expect(page.getByRole('status')).toHaveText(en.wallet.unreachable);
		sandbox.lift('bridge-down');
		await expect(page.getByRole('heading', { name: en.account.title })).toBeVisible({ timeout: 15_000 });
	}
);

test(
	'the Bridge becomes unavailable during a review: the page reports it, and recovers',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		sandbox.scenario('review-never');
		await wallet.start();
		await wallet.share('unknown-employee');
		await page.getByRole('button', { name: en.identity.confirm.button }).click();
		await expectHeading(page, en.identity.review.title);
		sandbox.scenario('bridge-down');
		await expect(page.getByRole('status')).toHaveText(en.identity.unreachable, { timeout: 10_000 });
		sandbox.lift('bridge-down');
		sandbox.review(wallet.sessionId, 'approve');
		await expect(page.getByRole('heading', { name: en.account.title })).toBeVisible({ timeout: 15_000 });
	}
);

test(
	'the account page loads even if the list of wallets is unavailable',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		await wallet.start();
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		sandbox.scenario('bridge-down', { operation: 'bindings' });
		await page.reload();
		await expect(page.getByText(en.account.wallets.unknown)).toBeVisible();
	}
);

test.describe('without JavaScript', { tag: '@full' }, () => {
	test.use({ javaScriptEnabled: false });

	test('the Bridge becomes unavailable while a person scans: a check reports it, and a reload continues', async ({
		page,
		wallet,
		sandbox
	}) => {
		await wallet.start();
		sandbox.scenario('bridge-down');
		await wallet.check();
		await expectHeading(page, en.wallet.ended.unavailable.title);
		sandbox.lift('bridge-down');
		await sandbox.share(wallet.sessionId, 'known-student');
		await page.reload();
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	});
});
