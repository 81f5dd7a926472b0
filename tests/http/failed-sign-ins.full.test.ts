import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../e2e/support/texts.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { ageFlow, changeSession } from './support/held-session.ts';
import { callbackOf, institutionOf, signInAtInstitution } from './support/journeys.ts';

const RETURN_TO = '/help?from=here';
const QUERY = new URLSearchParams({ returnTo: RETURN_TO }).toString();
const START = `/login/start?provider=sts&${QUERY}`;
const WALLET_START = '/login/start?provider=sts-wallet';
/** More starts than one browser may make in a minute. */
const TOO_MANY = 31;

let landscape: Landscape;
let browser: Browser;
beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

const fromSts = () => ({ from: landscape.sandbox.stsUrl });
const sandbox = () => landscape.sandbox;

/** Whether a link or form on the page keeps the return path. */
function offersReturn({ text }: Visit): boolean {
	const plain = text.replaceAll('&amp;', '&');
	return plain.includes(QUERY) || plain.includes(`name="returnTo" value="${RETURN_TO}"`);
}

const walletIds = () =>
	[...browser.cookies().keys()]
		.filter((name) => name.startsWith('portal.wallet.'))
		.map((name) => name.slice('portal.wallet.'.length));

function forgetWallets(): void {
	for (const id of walletIds()) browser.putCookie(`portal.wallet.${id}`, '');
}

/** Opens a wallet session without reading its page: a status, once read, is cached for a moment. */
async function startWallet(): Promise<string> {
	const login = await browser.open(`/login?${QUERY}`);
	await browser.submit(login, {}, '/login/wallet?/start', { stopBefore: '/login/wallet' });
	const [id = ''] = walletIds();
	return id;
}

async function scanPage(): Promise<Visit> {
	await startWallet();
	return browser.open('/login/wallet');
}

/** A wallet shares its data, and the Auth Bridge completes the session. */
async function completeWallet(): Promise<void> {
	await sandbox().share(await startWallet(), 'known-student');
	await browser.open('/login/wallet', { follow: false });
}

async function explainIdentity(): Promise<Visit> {
	await sandbox().share(await startWallet(), 'unknown-student');
	return browser.open('/login/wallet');
}

async function openMany(path: string): Promise<Visit> {
	for (let n = 1; n < TOO_MANY; n++) await browser.open(path, { follow: false });
	return browser.open(path);
}

async function answeredInstitution(decision: Record<string, string> = {}): Promise<Visit> {
	return browser.open(await callbackOf(browser, { returnTo: RETURN_TO, decision }), fromSts());
}

/** The ways in which a sign-in can fail, not start, or end, with the page that the person then sees. */
const failures: readonly (readonly [string, string, () => Promise<Visit>])[] = [
	['the institution refuses', 'error=access_denied', () => answeredInstitution({ person: '', decision: 'refused' })],
	['the institution fails', 'error=sts_unavailable', () => answeredInstitution({ person: '', decision: 'failed' })],
	[
		'the STS does not take the code',
		'error=sign_in_failed',
		() => {
			sandbox().scenario('sts-error', { operation: 'token', error: 'invalid_grant' });
			return answeredInstitution();
		}
	],
	[
		'the STS does not respond at the callback',
		'error=sts_unavailable',
		() => {
			sandbox().scenario('sts-down', { operation: 'token' });
			return answeredInstitution();
		}
	],
	[
		'the tokens are too large for cookies',
		'error=session_too_large',
		() => {
			const name = Buffer.from(crypto.getRandomValues(new Uint8Array(5000))).toString('hex');
			sandbox().scenario('id-token', { claims: { name } });
			return answeredInstitution();
		}
	],
	[
		'the callback comes after 16 minutes',
		'error=sign_in_expired',
		async () => {
			const callback = await callbackOf(browser, { returnTo: RETURN_TO });
			return browser.open(await ageFlow(browser, landscape, callback, 16), fromSts());
		}
	],
	[
		'the callback comes after two hours',
		'error=sign_in_expired',
		async () => {
			const callback = await callbackOf(browser, { returnTo: RETURN_TO });
			return browser.open(await ageFlow(browser, landscape, callback, 120), fromSts());
		}
	],
	[
		'the person is too late at the STS twice',
		'error=sign_in_expired',
		async () => {
			sandbox().scenario('login-error', { error: 'temporarily_unavailable', reason: 'authentication_expired' });
			return browser.submit(await answeredInstitution(), { person: 'known-student' });
		}
	],
	[
		'four newer tabs have taken its place',
		'error=sign_in_replaced',
		async () => {
			const oldest = await institutionOf(browser, RETURN_TO);
			for (let tab = 0; tab < 4; tab++) await institutionOf(browser);
			return browser.submit(oldest, { person: 'known-student' });
		}
	],
	[
		'the callback is opened in another browser',
		'error=cookies_required',
		async () => new Browser(landscape.url).open(await callbackOf(browser, { returnTo: RETURN_TO }), fromSts())
	],
	[
		'the callback has no state',
		'error=access_denied',
		async () => {
			await institutionOf(browser, RETURN_TO);
			return browser.open('/api/auth/callback/sts?error=access_denied', fromSts());
		}
	],
	[
		'the STS does not respond at the start',
		'error=sts_unavailable',
		async () => {
			await browser.open('/login');
			sandbox().scenario('sts-500', { operation: 'par' });
			return browser.open(START);
		}
	],
	['the browser keeps no cookies', 'error=cookies_required', () => browser.open(START)],
	['another site leads to the start', en.login.title, () => browser.open(START, { from: 'https://elsewhere.example' })],
	[
		'the institution is unknown',
		'error=institution_unknown',
		async () => {
			await browser.open('/login');
			return browser.open(`${START}&institution=atlantis`);
		}
	],
	[
		'there were too many starts',
		en.login.errors.rate_limited.what,
		async () => {
			await browser.open('/login');
			return openMany(START);
		}
	],
	[
		'a wallet session cannot be opened',
		en.wallet.ended.unavailable.title,
		async () => {
			sandbox().scenario('bridge-down');
			const login = await browser.open(`/login?${QUERY}`);
			return browser.submit(login, {}, '/login/wallet?/start');
		}
	],
	[
		'a wallet session is started without cookies',
		'error=transaction_expired',
		() => browser.open('/login/wallet?/start', { form: { returnTo: RETURN_TO } })
	],
	[
		'a person declines in the wallet',
		en.wallet.ended.declined.title,
		async () => {
			await sandbox().decline(await startWallet());
			return browser.open('/login/wallet');
		}
	],
	[
		'the code has expired',
		en.wallet.ended.expired.title,
		async () => {
			sandbox().expire(await startWallet());
			return browser.open('/login/wallet');
		}
	],
	[
		'a person stops',
		'stopped=nothing_shared',
		async () => browser.submit(await scanPage(), {}, '/login/wallet?/cancel')
	],
	[
		'a person stops after the browser has lost the wallet session',
		'stopped=nothing_kept',
		async () => {
			const page = await scanPage();
			forgetWallets();
			return browser.submit(page, {}, '/login/wallet?/cancel');
		}
	],
	[
		'the STS does not respond at the start of a sign-in with a wallet',
		'error=sts_unavailable',
		async () => {
			await completeWallet();
			sandbox().scenario('sts-500', { operation: 'par' });
			return browser.open(WALLET_START);
		}
	],
	[
		'there were too many starts with a wallet',
		en.login.errors.rate_limited.what,
		async () => {
			await completeWallet();
			return openMany(WALLET_START);
		}
	],
	[
		'another site leads to the start with a wallet',
		en.login.title,
		async () => {
			await completeWallet();
			return browser.open(WALLET_START, { from: 'https://elsewhere.example' });
		}
	],
	[
		'the wallet session of a sign-in is not complete',
		'error=wallet_session_foreign',
		async () => {
			await startWallet();
			return browser.open(WALLET_START);
		}
	],
	[
		'the STS refuses a sign-in with a wallet',
		'error=access_denied',
		async () => {
			await completeWallet();
			sandbox().scenario('login-error', { error: 'access_denied' });
			return browser.open(WALLET_START);
		}
	],
	[
		'the institution does not confirm an identity',
		en.identity.ended['refused-at-institution'].title,
		async () => {
			const institution = await browser.submit(await explainIdentity(), {}, '/login/identity?/start');
			return browser.submit(institution, { decision: 'refused' });
		}
	],
	[
		'identity verification goes on after the browser has lost the wallet session',
		en.identity.ended.expired.title,
		async () => {
			const page = await explainIdentity();
			forgetWallets();
			return browser.submit(page, {}, '/login/identity?/start');
		}
	],
	[
		'the institution sends back a wallet session that this browser does not have',
		'error=wallet_session_foreign',
		async () => {
			await startWallet();
			return browser.open(`/login?wallet_session=${crypto.randomUUID()}&idv=complete`, fromSts());
		}
	]
];

describe('the return path survives when', () => {
	test.each(failures)('%s', async (_, expected, fail) => {
		const page = await fail();
		expect(page.url.search + page.text.replaceAll('&#39;', "'")).toContain(expected);
		expect(offersReturn(page), `${page.url.href} (${page.status})\n${page.text}`).toBe(true);
	});
});

describe('a page that needs a session keeps its own address when', () => {
	const PAGE = '/account?from=here';
	const expectKept = ({ url, text }: Visit) => {
		expect([url.pathname, url.searchParams.get('returnTo')]).toEqual(['/login', PAGE]);
		expect(text.replaceAll('&amp;', '&')).toContain(new URLSearchParams({ returnTo: PAGE }).toString());
	};

	test('nobody is signed in', async () => expectKept(await browser.open(PAGE)));

	test('the session has ended', async () => {
		await signInAtInstitution(browser);
		await changeSession(browser, landscape, { endsAt: Math.floor(Date.now() / 1000) - 1 });
		expectKept(await browser.open(PAGE));
	});

	test('the STS has ended the session', async () => {
		await signInAtInstitution(browser);
		sandbox().scenario('sts-error', { operation: 'token:refresh', error: 'invalid_grant' });
		await changeSession(browser, landscape, { refreshAt: 0, expiresAt: 0 });
		expectKept(await browser.open(PAGE));
	});

	test('the STS refuses the sign-in that unlinking a wallet needs', async () => {
		await signInAtInstitution(browser);
		const start = `/login/start?${new URLSearchParams({ provider: 'sts', prompt: 'login', returnTo: PAGE })}`;
		sandbox().scenario('login-error', { error: 'access_denied' });
		const institution = await browser.open(start);
		expectKept(await browser.submit(institution, { person: 'known-student' }));
	});
});

test.each([16, 120])(
	'a person who was away for %i minutes reads so, and starts again in one click',
	async (minutes) => {
		const callback = await callbackOf(browser, { returnTo: RETURN_TO });
		const redemptions = sandbox().count('sts.token:code');
		const page = await browser.open(await ageFlow(browser, landscape, callback, minutes), fromSts());
		expect(page.url.searchParams.get('error')).toBe('sign_in_expired');
		expect(page.text).toContain(en.login.errors.sign_in_expired.what);
		expect(sandbox().count('sts.token:code')).toBe(redemptions);
		const [, notice = ''] = /class="notice error[^>]*>(.*?)<\/div>/s.exec(page.text) ?? [];
		const again = linkIn({ ...page, text: notice }, '/login/start?');
		// The person has just signed in at the institution, and need not do so again.
		expect((await browser.open(again)).url.href).toBe(landscape.url + RETURN_TO);
	}
);
