import { expect, type Page } from '@playwright/test';
import { texts } from '../../src/lib/i18n/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { PersonId } from '../sandbox/people.ts';
import { test } from './support/journey.ts';
import { SpokenLog } from './support/spoken-log.ts';
import { setVisible } from './support/steps.ts';
import { finishChecking, WalletSignIn } from './support/wallet-sign-in.ts';

interface Journey {
	readonly page: Page;
	readonly sandbox: Sandbox;
	readonly log: SpokenLog;
	readonly wallet: WalletSignIn;
	readonly t: ReturnType<typeof texts>;
}

/** What a person hears is kept in `snapshots/spoken`, one file for each journey and language. */
for (const locale of ['nl', 'en'] as const) {
	const t = texts(locale);

	test.describe(`screen reader output, in ${locale}`, { tag: '@full' }, () => {
		test.use({ locale });

		/** Begins at the choice of ways to sign in. */
		async function begin(page: Page, sandbox: Sandbox): Promise<Journey> {
			sandbox.scenario('verifying-ms', { ms: 60_000 });
			const log = await SpokenLog.start(page);
			await page.goto('/login');
			await log.screen(t.login.title);
			await log.press(page.getByRole('button', { name: t.login.wallet.button }));
			const wallet = new WalletSignIn(page, sandbox, true, t);
			await wallet.expectCode();
			await expect(page.getByRole('button', { name: t.wallet.scan.copy })).toBeVisible();
			return { page, sandbox, log, wallet, t };
		}

		/** The states between are shown for a moment only: here each stays until the log has it. */
		async function shareStepByStep({ log, sandbox, wallet }: Journey, person: PersonId, result: string): Promise<void> {
			log.note('the wallet opens the request');
			await wallet.open();
			await log.announced(t.wallet.opened.announcement);
			log.note('the person shares');
			await wallet.share(person);
			await log.announced(t.wallet.checking.announcement);
			log.note(result);
			finishChecking(sandbox, wallet.sessionId);
		}

		function expectLog({ log }: Journey, name: string): void {
			expect(log.repeated()).toEqual([]);
			expect(log.badlyResponded()).toEqual([]);
			expect(log.text(name)).toMatchSnapshot(['spoken', `${name}.${locale}.txt`]);
		}

		test('for a person who scans the code with a phone', async ({ page, context, sandbox }) => {
			await context.grantPermissions(['clipboard-write']);
			const journey = await begin(page, sandbox);
			const { log, wallet } = journey;
			await log.screen(t.wallet.scan.title);
			await log.press(page.getByRole('button', { name: t.wallet.scan.copy }));
			await log.announced(t.wallet.scan.copied);
			await log.press(page.getByRole('button', { name: t.wallet.scan.newCode }));
			await log.announced(t.wallet.notices.new_code);
			await wallet.expectCode();
			log.note('the phone scans the code');
			await wallet.open();
			await log.screen(t.wallet.opened.title);
			log.note('the person shares');
			await wallet.share('known-student');
			await log.screen(t.wallet.checking.title);
			log.note('the portal has checked the card');
			finishChecking(sandbox, wallet.sessionId);
			await log.arrived(t.account.title);
			expectLog(journey, 'wallet-on-another-phone');
		});

		test('for a person whose wallet is linked through the institution', async ({ page, sandbox }) => {
			const journey = await begin(page, sandbox);
			const { log } = journey;
			await shareStepByStep(journey, 'unknown-student', 'nobody knows this wallet yet');
			await log.screen(t.identity.explain.title);
			await log.press(page.getByRole('button', { name: t.identity.explain.button }));
			await page.getByRole('button', { name: 'Confirm' }).waitFor();
			log.note('the person signs in at the institution');
			await page.getByRole('button', { name: 'Confirm' }).click();
			await log.arrived(t.account.title);
			expectLog(journey, 'identity-by-the-institution');
		});

		test('for a person who confirms their identity on the portal', async ({ page, sandbox }) => {
			const journey = await begin(page, sandbox);
			const { log } = journey;
			await shareStepByStep(journey, 'several-candidates', 'several people could be the owner of this wallet');
			await log.screen(t.identity.confirm.choose);
			await log.press(page.getByRole('button', { name: t.identity.confirm.chooseButton }));
			await log.screen(t.identity.confirm.choose);
			log.note('the person chooses an account');
			await page.getByRole('radio', { name: /Computing science/ }).check();
			await log.press(page.getByRole('button', { name: t.identity.confirm.chooseButton }));
			await log.arrived(t.account.title);
			expectLog(journey, 'identity-confirmed-here');
		});

		test('for a person who declines, and whose next attempt expires after sharing', async ({ page, sandbox }) => {
			const journey = await begin(page, sandbox);
			const { log, wallet } = journey;
			log.note('the wallet opens the request');
			await wallet.open();
			await log.announced(t.wallet.opened.announcement);
			log.note('the person declines in the wallet');
			await wallet.decline();
			await log.screen(t.wallet.ended.declined.title);
			await log.press(page.getByRole('button', { name: t.wallet.scan.newCode }));
			await wallet.expectCode();
			await expect(page.getByRole('button', { name: t.wallet.scan.copy })).toBeVisible();
			log.note('the wallet opens the request');
			await wallet.open();
			await log.screen(t.wallet.opened.title);
			log.note('the person shares');
			await wallet.share('known-student');
			await log.screen(t.wallet.checking.title);
			log.note('the session expires');
			await wallet.expire();
			// The page reads it after it has noticed the end.
			await expect(page.getByRole('button', { name: t.site.copyHelpCode })).toBeVisible();
			await log.screen(t.wallet.ended.unfinished.title);
			expectLog(journey, 'wallet-declined-and-expired');
		});

		test.describe('on a phone', () => {
			test.use({
				viewport: { width: 390, height: 844 },
				userAgent: 'Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36',
				expectsFaults: true
			});

			test('for a person with the wallet on the same phone, from the first attempt to the end', async ({
				page,
				context,
				sandbox
			}) => {
				await page.clock.install();
				const journey = await begin(page, sandbox);
				const { log, wallet } = journey;
				const link = page.getByRole('link', { name: t.wallet.scan.open, exact: true });
				await log.screen(t.wallet.scan.titleHere);
				await page.evaluate(() => addEventListener('click', (event) => event.preventDefault(), true));

				await log.press(link);
				await page.clock.runFor(3000);
				await log.announced(t.wallet.nothingOpened.announcement);
				await log.screen(t.wallet.scan.titleHere);

				log.note('the person tries again: the wallet opens, and they come back without sharing');
				await link.click();
				await setVisible(page, false);
				await setVisible(page, true);
				await log.announced(t.wallet.notices.nothing_received);

				log.note('the connection is lost');
				await context.setOffline(true);
				await setVisible(page, false);
				await setVisible(page, true);
				await log.announced(t.wallet.unreachable);
				log.note('the connection is back');
				await context.setOffline(false);
				await expect(page.getByRole('status')).toBeEmpty();

				log.note('the wallet opens the request, and the person hesitates');
				await wallet.open();
				await log.screen(t.wallet.opened.title);
				expectLog(journey, 'wallet-on-this-phone');
			});

			test('for a person whose wallet returns to another browser', async ({ page }) => {
				const log = await SpokenLog.start(page);
				log.note('the wallet opens another browser');
				await page.goto('/login/wallet?response_code=0123456789');
				await log.screen(t.wallet.ended.foreign.title);
				expect(log.repeated()).toEqual([]);
				expect(log.text('wallet-in-another-browser')).toMatchSnapshot([
					'spoken',
					`wallet-in-another-browser.${locale}.txt`
				]);
			});
		});
	});
}
