import { en } from '../../e2e/support/texts.ts';
import type { Visit } from '../../harness/browser.ts';
import { type Failure, fromSts, openMany, QUERY, RETURN_TO, type SignInSetting } from './failed-sign-ins.ts';

const WALLET_START = '/login/start?provider=sts-wallet';

const walletIds = ({ browser }: SignInSetting) =>
	[...browser.cookies().keys()]
		.filter((name) => name.startsWith('portal.wallet.'))
		.map((name) => name.slice('portal.wallet.'.length));

function forgetWallets(setting: SignInSetting): void {
	for (const id of walletIds(setting)) setting.browser.putCookie(`portal.wallet.${id}`, '');
}

/** Opens a wallet session without reading its page, because a status that was read is cached for a moment. */
async function startWallet(setting: SignInSetting): Promise<string> {
	const { browser } = setting;
	const login = await browser.open(`/login?${QUERY}`);
	await browser.submit(login, {}, '/login/wallet?/start', { stopBefore: '/login/wallet' });
	const [id = ''] = walletIds(setting);
	return id;
}

async function scanPage(setting: SignInSetting): Promise<Visit> {
	await startWallet(setting);
	return setting.browser.open('/login/wallet');
}

/** A wallet shares its data, and the Auth Bridge completes the session. */
async function completeWallet(setting: SignInSetting): Promise<void> {
	await setting.sandbox.share(await startWallet(setting), 'known-student');
	await setting.browser.open('/login/wallet', { follow: false });
}

async function explainIdentity(setting: SignInSetting): Promise<Visit> {
	await setting.sandbox.share(await startWallet(setting), 'unknown-student');
	return setting.browser.open('/login/wallet');
}

/** The ways in which a sign-in with a wallet, or an identity verification, can fail, end, or not start. */
export const walletFailures: readonly Failure[] = [
	[
		'a wallet session cannot be opened',
		en.wallet.ended.unavailable.title,
		async ({ browser, sandbox }) => {
			sandbox.scenario('bridge-down');
			const login = await browser.open(`/login?${QUERY}`);
			return browser.submit(login, {}, '/login/wallet?/start');
		}
	],
	[
		'a wallet session is started without cookies',
		'error=transaction_expired',
		({ browser }) => browser.open('/login/wallet?/start', { form: { returnTo: RETURN_TO } })
	],
	[
		'a person declines in the wallet',
		en.wallet.ended.declined.title,
		async (setting) => {
			await setting.sandbox.decline(await startWallet(setting));
			return setting.browser.open('/login/wallet');
		}
	],
	[
		'the code has expired',
		en.wallet.ended.expired.title,
		async (setting) => {
			setting.sandbox.expire(await startWallet(setting));
			return setting.browser.open('/login/wallet');
		}
	],
	[
		'a person cancels',
		'stopped=nothing_shared',
		async (setting) => setting.browser.submit(await scanPage(setting), {}, '/login/wallet?/cancel')
	],
	[
		'a person cancels after the browser has lost the wallet session',
		'stopped=nothing_kept',
		async (setting) => {
			const page = await scanPage(setting);
			forgetWallets(setting);
			return setting.browser.submit(page, {}, '/login/wallet?/cancel');
		}
	],
	[
		'the STS does not respond at the start of a sign-in with a wallet',
		'error=sts_unavailable',
		async (setting) => {
			await completeWallet(setting);
			setting.sandbox.scenario('sts-500', { operation: 'par' });
			return setting.browser.open(WALLET_START);
		}
	],
	[
		'there were too many starts with a wallet',
		en.login.errors.rate_limited.what,
		async (setting) => {
			await completeWallet(setting);
			return openMany(setting, WALLET_START);
		}
	],
	[
		'a link on another site opens the start with a wallet',
		en.login.title,
		async (setting) => {
			await completeWallet(setting);
			return setting.browser.open(WALLET_START, { from: 'https://elsewhere.example' });
		}
	],
	[
		'the wallet session of a sign-in is not complete',
		'error=wallet_session_foreign',
		async (setting) => {
			await startWallet(setting);
			return setting.browser.open(WALLET_START);
		}
	],
	[
		'the STS refuses a sign-in with a wallet',
		'error=access_denied',
		async (setting) => {
			await completeWallet(setting);
			setting.sandbox.scenario('login-error', { error: 'access_denied' });
			return setting.browser.open(WALLET_START);
		}
	],
	[
		'the institution does not confirm an identity',
		en.identity.ended['refused-at-institution'].title,
		async (setting) => {
			const institution = await setting.browser.submit(await explainIdentity(setting), {}, '/login/identity?/start');
			return setting.browser.submit(institution, { decision: 'refused' });
		}
	],
	[
		'identity verification continues after the browser has lost the wallet session',
		en.identity.ended.expired.title,
		async (setting) => {
			const page = await explainIdentity(setting);
			forgetWallets(setting);
			return setting.browser.submit(page, {}, '/login/identity?/start');
		}
	],
	[
		'the institution returns a wallet session that this browser does not have',
		'error=wallet_session_foreign',
		async (setting) => {
			await startWallet(setting);
			return setting.browser.open(`/login?wallet_session=${crypto.randomUUID()}&idv=complete`, fromSts(setting));
		}
	]
];
