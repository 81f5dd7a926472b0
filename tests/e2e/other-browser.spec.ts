import { expect } from '@playwright/test';
import { dialects, test } from './support/journey.ts';
import { expectHeading, expectLoginError } from './support/steps.ts';
import { en } from './support/texts.ts';

for (const dialect of dialects) {
	test.describe(`with a Bridge in the "${dialect}" dialect`, { tag: dialect === 'doc' ? ['@full'] : [] }, () => {
		test.use({ dialect });

		test('another browser cannot continue someone else’s wallet session', async ({ wallet, sandbox, openBrowser }) => {
			await wallet.start();
			await sandbox.share(wallet.sessionId, 'unknown-student');
			const stranger = await (await openBrowser()).newPage();
			await stranger.goto('/login');

			await stranger.goto(`/login?wallet_session=${wallet.sessionId}&idv=complete`);
			await expectLoginError(stranger, 'wallet_session_foreign');
			await expect(stranger).toHaveURL(/\/login\?error=wallet_session_foreign&helpCode=[\da-f]{12}$/);
			await stranger.goto(`/api/wallet/sessions/${wallet.sessionId}/idv/callback?code=any&state=any`);
			await expectHeading(stranger, en.identity.ended.foreign.title);
			expect(sandbox.count('bridge.idv-callback')).toBe(0);
		});
	});
}

test(
	'another browser cannot sign in with a completed wallet session, whatever it requests',
	{ tag: '@full' },
	async ({ page, wallet, sandbox, openBrowser }) => {
		await wallet.start();
		await wallet.share('known-student');
		await expectHeading(page, en.account.title);
		const before = sandbox.authorizations().length;

		const stranger = await (await openBrowser()).newPage();
		await stranger.goto('/login');
		const hint = new URLSearchParams({ provider: 'sts-wallet', login_hint: `oid4vp:${wallet.sessionId}` });
		await stranger.evaluate((path) => location.assign(path), `/login/start?${hint}`);
		await expectLoginError(stranger, 'wallet_session_foreign');
		expect(sandbox.authorizations()).toHaveLength(before);

		await stranger.evaluate((path) => location.assign(path), '/login/start?provider=sts&login_hint=x&scope=y&prompt=z');
		await expect(stranger.getByRole('heading', { name: 'Sign in at your institution' })).toBeVisible();
		const { login_hint, scope, prompt } = sandbox.authorizations().at(-1)?.params ?? {};
		expect({ login_hint, prompt }).toEqual({ login_hint: undefined, prompt: undefined });
		expect(scope).toContain('openid');
	}
);
