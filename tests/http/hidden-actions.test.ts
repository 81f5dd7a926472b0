import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { identity as words } from '../../src/lib/i18n/en/identity.ts';
import { Browser, headingOf, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import {
	createWalletSession,
	expectLoginError,
	sessionPath,
	sharedWalletSession,
	signInAtInstitution,
	signInByVerification
} from './support/journeys.ts';

/** POSTs that no page offers in this state: if a page hides an action, the action must refuse. */
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

const CONTINUE = '/login/start?provider=sts-wallet';
const CONFIRM = '/login/identity?/confirm';
const count = (operation: string) => landscape.sandbox.count(`bridge.${operation}`);
const post = (address: string, form: Readonly<Record<string, string>> = {}) => browser.open(address, { form });

/** Gives this browser a wallet session with which a sign-in can be started. */
async function complete(): Promise<string> {
	const id = await sharedWalletSession(browser, landscape.sandbox, 'known-student');
	expect((await browser.call(sessionPath(id, 'complete'), { method: 'POST' })).status).toBe(200);
	return id;
}

describe('unlinking a wallet', () => {
	test('is refused after a sign-in of an hour ago, and requires a new one', async () => {
		landscape.sandbox.scenario('signed-in-ago', { seconds: 3600 });
		const address = linkIn(await signInAtInstitution(browser), '/unlink');
		const page = await post(address);
		expect([page.method, page.url.pathname]).toEqual(['GET', address]);
		expect(linkIn(page, 'stepUp=account')).toContain('/login/start');
		expect(count('remove-binding')).toBe(0);
	});

	test('is refused if the person is signed out, and has no effect for a wallet that the person does not have', async () => {
		const address = linkIn(await signInAtInstitution(browser), '/unlink');
		await post('/api/auth/signout');
		expect((await post(address)).url.pathname).toBe('/login');
		await signInAtInstitution(browser);
		expect(linkIn(await post('/account/wallets/nobody-has-it/unlink'), '/unlink')).toBe(address);
		expect(count('remove-binding')).toBe(0);
	});
});

describe('an identity confirmation', () => {
	/** The page that lists candidates, or only requests a confirmation. */
	async function confirmPage(person: 'several-candidates' | 'unknown-employee'): Promise<Visit> {
		await sharedWalletSession(browser, landscape.sandbox, person);
		return browser.open('/login/wallet');
	}

	test.each([{}, { candidateId: '' }, { candidateId: 'candidate-9' }, { candidateId: '__proto__' }])(
		'with %j is not sent to the Bridge if the Bridge lists other candidates',
		async (form) => {
			await confirmPage('several-candidates');
			expect((await post(CONFIRM, form)).status).toBe(400);
			expect(count('idv-submit')).toBe(0);
		}
	);

	test('with a candidate is not sent to the Bridge if the Bridge listed none, and the page is shown again', async () => {
		await confirmPage('unknown-employee');
		const page = await post(CONFIRM, { candidateId: 'candidate-1' });
		expect([page.url.pathname, page.status]).toEqual(['/login/identity', 200]);
		expect(count('idv-submit')).toBe(0);
	});
});

describe('identity verification', () => {
	test('is not started a second time after it was completed', async () => {
		landscape.sandbox.scenario('second-202');
		const ended = await signInByVerification(browser, landscape.sandbox);
		expect(headingOf(ended)).toBe(words.ended['again-required'].title);
		const begun = count('idv-initiate');
		const again = await post('/login/identity?/start');
		expect([headingOf(again), count('idv-initiate')]).toEqual([words.ended['again-required'].title, begun]);
	});

	test.each(['start', 'confirm'])(
		'without a wallet session shows that the session has expired (%s)',
		async (action) => {
			await browser.open('/login');
			const page = await post(`/login/identity?/${action}`, { candidateId: 'candidate-1', returnTo: '/account' });
			expect(headingOf(page)).toBe(words.ended.expired.title);
			expect([count('idv-initiate'), count('idv-submit')]).toEqual([0, 0]);
		}
	);
});

describe('a completed wallet session cannot be used to sign in', () => {
	test.each(['/api/auth/signout', '/login/wallet?/cancel', '/login/identity?/cancel'])(
		'after a POST to %s by a person who is not signed in',
		async (end) => {
			const id = await complete();
			await post(end);
			expectLoginError(await browser.open(CONTINUE), 'wallet_session_foreign');
			expect((await browser.call(sessionPath(id, 'status'))).status).toBe(404);
		}
	);

	test('after a sign-out by a person who had it in addition to a session', async () => {
		await signInAtInstitution(browser);
		await complete();
		await post('/api/auth/signout');
		expectLoginError(await browser.open(CONTINUE), 'wallet_session_foreign');
	});

	test('with a POST to /api/auth/signin/sts-wallet', async () => {
		await complete();
		await post('/api/auth/signout');
		await browser.open('/login');
		const start = await browser.call('/api/auth/signin/sts-wallet', { method: 'POST' });
		expect([start.status, start.headers.get('location')]).toEqual([404, null]);
	});
});

describe('a new code', () => {
	const newest = () => [...browser.cookies().keys()].filter((name) => name.startsWith('portal.wallet.')).length;

	test('needs a browser that has loaded the login page', async () => {
		expectLoginError(await post('/login/wallet?/start', { returnTo: '/account' }), 'transaction_expired', '/account');
		expect(count('create')).toBe(0);
	});

	test('cannot take over another browser’s wallet session', async () => {
		const stranger = await createWalletSession(new Browser(landscape.url));
		await browser.open('/login');
		const page = await post('/login/wallet?/start', { replaces: stranger });
		expect(page.text).not.toContain(stranger);
		expect(newest()).toBe(1);
	});

	test('is not created if the old one has been scanned: the page continues with the old one', async () => {
		const id = await createWalletSession(browser);
		await landscape.sandbox.openWallet(id);
		await post('/login/wallet?/start', { replaces: id });
		expect([count('create'), newest()]).toEqual([1, 1]);
	});

	test('is created once for a form that is sent twice, and for two tabs that replace the same code', async () => {
		await browser.open('/login');
		const attempt = '7f1ed4f9-1d3c-4b4c-9a51-3a37d0bdc1f2';
		await Promise.all([1, 2].map(() => post('/login/wallet?/start', { attempt })));
		expect(count('create')).toBe(1);
		const [id = ''] = [...browser.cookies().keys()].flatMap((name) => /^portal\.wallet\.(.*)/.exec(name)?.[1] ?? []);
		await Promise.all([1, 2].map(() => post('/login/wallet?/start', { replaces: id })));
		expect(count('create')).toBe(2);
	});
});
