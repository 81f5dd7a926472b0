import { expect } from '@playwright/test';
import { type Locale, texts } from '../../src/lib/i18n/index.ts';
import type { SessionStatus } from '../sandbox/bridge/session.ts';
import type { ScenarioName } from '../sandbox/scenarios.ts';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { WalletSignIn } from './support/wallet-sign-in.ts';

/** Presentations that the Bridge refuses, with the check that fails. The page does not say which. */
const refusals: readonly (readonly [scenario: ScenarioName, errorCode: string])[] = [
	['expired-credential', 'credential_expired'],
	['revoked-credential', 'credential_revoked'],
	['suspended-credential', 'credential_suspended'],
	['wrong-issuer', 'untrusted_issuer'],
	['wrong-type', 'wrong_type'],
	['missing-claim', 'missing_claim'],
	['wrong-nonce', 'wrong_nonce'],
	['wrong-audience', 'wrong_audience'],
	['tampered-disclosure', 'tampered_disclosure']
];
/** Responses that do not prove to be for the request: the wallet can send another. */
const unreadable: readonly ScenarioName[] = ['wrong-encryption-key', 'oversized-response'];
/** The extended set has the others. */
const always: readonly ScenarioName[] = ['revoked-credential', 'wrong-encryption-key'];

const locales: readonly Locale[] = ['en', 'nl'];
for (const locale of locales) {
	const t = texts(locale);
	const full = (scenario?: ScenarioName) => (locale === 'en' && scenario && always.includes(scenario) ? [] : ['@full']);

	test.describe(`faulty wallet presentations, ${locale}`, () => {
		test.use({
			locale,
			wallet: async ({ page, sandbox }, use) => use(new WalletSignIn(page, sandbox, true, t))
		});

		for (const [scenario, errorCode] of refusals) {
			test(`${scenario} is refused`, { tag: full(scenario) }, async ({ page, wallet, sandbox }) => {
				sandbox.scenario(scenario);
				await wallet.start();
				await wallet.share('known-student');
				await expectHeading(page, t.wallet.ended.refused.title);
				expect(stateOf(sandbox.session(wallet.sessionId))).toEqual(['VP_VALIDATION_FAILED', errorCode]);
				await expect(page.getByRole('main')).not.toContainText(errorCode);
			});
		}

		for (const scenario of unreadable) {
			test(`${scenario} leaves the request open`, { tag: full(scenario) }, async ({ page, wallet, sandbox }) => {
				sandbox.scenario(scenario);
				await wallet.start();
				await wallet.share('known-student');
				await expectHeading(page, t.wallet.opened.title);
				expect(stateOf(sandbox.session(wallet.sessionId))).toEqual(['INTERACTION_STARTED', undefined]);
				sandbox.lift(scenario);
				await wallet.share('known-student');
				await expectHeading(page, t.account.title);
			});
		}

		test('an unreadable status list has a separate outcome', { tag: full() }, async ({ page, wallet, sandbox }) => {
			sandbox.scenario('status-list-down');
			await wallet.start();
			await wallet.share('known-student');
			await expectHeading(page, t.wallet.ended.unchecked.title);
			expect(stateOf(sandbox.session(wallet.sessionId))).toEqual(['FAILED', 'status_unavailable']);
		});

		test('a response that is sent twice is processed once', { tag: full() }, async ({ page, wallet, sandbox }) => {
			sandbox.scenario('replayed-response');
			await wallet.start();
			await wallet.share('known-student');
			await expectHeading(page, t.account.title);
		});

		test('a known person with another wallet has to link it', { tag: full() }, async ({ page, wallet, sandbox }) => {
			sandbox.scenario('new-wallet-key');
			await wallet.start();
			await wallet.share('known-student');
			await expectHeading(page, t.identity.explain.title);
		});

		test('a code expires if the wallet never responds', { tag: full() }, async ({ page, wallet, sandbox }) => {
			await wallet.start();
			await wallet.open();
			await expectHeading(page, t.wallet.opened.title);
			expect(sandbox.expire(wallet.sessionId)).toBe(true);
			await expectHeading(page, t.wallet.ended.expired.title);
		});
	});
}

function stateOf(session: { status: SessionStatus; errorCode?: string } | undefined) {
	return [session?.status, session?.errorCode];
}
