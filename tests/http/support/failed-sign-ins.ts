import { en } from '../../e2e/support/texts.ts';
import { Browser, type Visit } from '../../harness/browser.ts';
import type { Landscape } from '../../harness/landscape.ts';
import { ageFlow } from './held-session.ts';
import { callbackOf, institutionOf } from './journeys.ts';

/** A new browser, and the landscape in which its sign-in fails. */
export interface SignInSetting {
	readonly browser: Browser;
	readonly landscape: Landscape;
	readonly sandbox: Landscape['sandbox'];
}

export const RETURN_TO = '/help?from=here';
export const QUERY = new URLSearchParams({ returnTo: RETURN_TO }).toString();
const START = `/login/start?provider=sts&${QUERY}`;
/** More starts than one browser may make in a minute. */
const TOO_MANY = 31;

/** A navigation that starts at a page of the STS. */
export const fromSts = ({ sandbox }: Pick<SignInSetting, 'sandbox'>) => ({ from: sandbox.stsUrl });

/** Opens a path more often than one browser may in a minute; returns the last page. */
export async function openMany({ browser }: SignInSetting, path: string): Promise<Visit> {
	for (let n = 1; n < TOO_MANY; n++) await browser.open(path, { follow: false });
	return browser.open(path);
}

async function returnFromInstitution(setting: SignInSetting, decision: Record<string, string> = {}): Promise<Visit> {
	const { browser } = setting;
	return browser.open(await callbackOf(browser, { returnTo: RETURN_TO, decision }), fromSts(setting));
}

/** From now on, the STS returns tokens that are too large for cookies. */
export function returnLargeTokens({ sandbox }: Pick<SignInSetting, 'sandbox'>): void {
	const name = Buffer.from(crypto.getRandomValues(new Uint8Array(5000))).toString('hex');
	sandbox.scenario('id-token', { claims: { name } });
}

/** What happens, a text of the next page or of its address, and how the test makes it happen. */
export type Failure = readonly [string, string, (setting: SignInSetting) => Promise<Visit>];

/** The ways in which a sign-in at an institution can fail, end, or not start. */
export const institutionFailures: readonly Failure[] = [
	[
		'the institution refuses',
		'error=access_denied',
		(setting) => returnFromInstitution(setting, { person: '', decision: 'refused' })
	],
	[
		'the institution reports an error',
		'error=sts_unavailable',
		(setting) => returnFromInstitution(setting, { person: '', decision: 'failed' })
	],
	[
		'the STS refuses the code',
		'error=sign_in_failed',
		(setting) => {
			setting.sandbox.scenario('sts-error', { operation: 'token', error: 'invalid_grant' });
			return returnFromInstitution(setting);
		}
	],
	[
		'the STS does not respond at the callback',
		'error=sts_unavailable',
		(setting) => {
			setting.sandbox.scenario('sts-down', { operation: 'token' });
			return returnFromInstitution(setting);
		}
	],
	[
		'the tokens are too large for cookies',
		'error=session_too_large',
		(setting) => {
			returnLargeTokens(setting);
			return returnFromInstitution(setting);
		}
	],
	[
		'the callback comes after 16 minutes',
		'error=sign_in_expired',
		async (setting) => {
			const callback = await callbackOf(setting.browser, { returnTo: RETURN_TO });
			return setting.browser.open(await ageFlow(setting.browser, setting.landscape, callback, 16), fromSts(setting));
		}
	],
	[
		'the callback comes after two hours',
		'error=sign_in_expired',
		async (setting) => {
			const callback = await callbackOf(setting.browser, { returnTo: RETURN_TO });
			return setting.browser.open(await ageFlow(setting.browser, setting.landscape, callback, 120), fromSts(setting));
		}
	],
	[
		'the sign-in at the STS times out twice',
		'error=sign_in_expired',
		async (setting) => {
			setting.sandbox.scenario('login-error', { error: 'temporarily_unavailable', reason: 'authentication_expired' });
			return setting.browser.submit(await returnFromInstitution(setting), { person: 'known-student' });
		}
	],
	[
		'four newer tabs have replaced it',
		'error=sign_in_replaced',
		async ({ browser }) => {
			const oldest = await institutionOf(browser, RETURN_TO);
			for (let tab = 0; tab < 4; tab++) await institutionOf(browser);
			return browser.submit(oldest, { person: 'known-student' });
		}
	],
	[
		'the callback is opened in another browser',
		'error=cookies_required',
		async (setting) =>
			new Browser(setting.landscape.url).open(
				await callbackOf(setting.browser, { returnTo: RETURN_TO }),
				fromSts(setting)
			)
	],
	[
		'the callback has no state',
		'error=access_denied',
		async (setting) => {
			await institutionOf(setting.browser, RETURN_TO);
			return setting.browser.open('/api/auth/callback/sts?error=access_denied', fromSts(setting));
		}
	],
	[
		'the STS does not respond at the start',
		'error=sts_unavailable',
		async ({ browser, sandbox }) => {
			await browser.open('/login');
			sandbox.scenario('sts-500', { operation: 'par' });
			return browser.open(START);
		}
	],
	['the browser keeps no cookies', 'error=cookies_required', ({ browser }) => browser.open(START)],
	[
		'a link on another site opens the start',
		en.login.title,
		({ browser }) => browser.open(START, { from: 'https://elsewhere.example' })
	],
	[
		'the institution is unknown',
		'error=institution_unknown',
		async ({ browser }) => {
			await browser.open('/login');
			return browser.open(`${START}&institution=atlantis`);
		}
	],
	[
		'there were too many starts',
		en.login.errors.rate_limited.what,
		async (setting) => {
			await setting.browser.open('/login');
			return openMany(setting, START);
		}
	]
];
