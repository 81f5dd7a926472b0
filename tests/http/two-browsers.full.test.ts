import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import {
	createWalletSession,
	expectLoginError,
	sessionPath,
	sharedWalletSession,
	signInAtInstitution
} from './support/journeys.ts';
import { sessionRoutes } from './support/session-routes.ts';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

describe('a second browser that knows the id of the first one’s wallet session', () => {
	let id: string;
	let second: Browser;

	beforeEach(async () => {
		const first = new Browser(landscape.url);
		id = await sharedWalletSession(first, landscape.sandbox, 'known-student');
		await first.call(sessionPath(id, 'complete'), { method: 'POST' });
		second = new Browser(landscape.url);
		await second.open('/login');
	});

	const noneSince = (before: number) => landscape.sandbox.lastRequests('bridge').length === before;

	test.each(sessionRoutes)('receives 404 from %s %s', async (method, rest, json) => {
		const before = landscape.sandbox.lastRequests('bridge').length;
		expect((await second.call(sessionPath(id, rest), { method, json })).status).toBe(404);
		expect(noneSince(before)).toBe(true);
	});

	test('receives 404 from every route, even if it is signed in and has its own wallet session', async () => {
		await signInAtInstitution(second, 'unknown-employee');
		await createWalletSession(second);
		const before = landscape.sandbox.lastRequests('bridge').length;
		const responses = await Promise.all(
			sessionRoutes.map(([method, rest, json]) => second.call(sessionPath(id, rest), { method, json }))
		);
		expect(responses.map(({ status }) => status)).toEqual(sessionRoutes.map(() => 404));
		expect(noneSince(before)).toBe(true);
	});

	test('cannot claim the session with a cookie of that name', async () => {
		const own = await createWalletSession(second);
		second.putCookie(`portal.wallet.${id}`, second.cookies().get(`portal.wallet.${own}`) ?? '');
		expect((await second.call(sessionPath(id, 'status'))).status).toBe(404);
	});

	test('cannot resume the session on return from the STS', async () => {
		const page = await second.open(`/login?wallet_session=${id}&idv=complete`, { from: landscape.sandbox.stsUrl });
		expectLoginError(page, 'wallet_session_foreign');
	});

	test.each([
		`provider=sts-wallet&login_hint=oid4vp:`,
		`provider=sts-wallet&wallet_session=`,
		`provider=sts-wallet&sessionId=`,
		`provider=sts&login_hint=oid4vp:`,
		`provider=sts&authorizationParams-login_hint=oid4vp:`
	])('cannot sign in with the session through /login/start?%s…', async (query) => {
		await second.open(`/login/start?${query}${id}`, { follow: true });
		expect(JSON.stringify(landscape.sandbox.authorizations())).not.toContain(id);
		expect((await second.call('/api/auth/session')).text).toBe('null');
	});

	test.each(['', '?login_hint=oid4vp:', '?authorizationParams-login_hint=oid4vp:', '?wallet_session='])(
		'cannot sign in with the session through POST /api/auth/signin/sts-wallet%s…',
		async (query) => {
			const fields = { login_hint: `oid4vp:${id}`, 'authorizationParams-login_hint': `oid4vp:${id}`, sessionId: id };
			const path = `/api/auth/signin/sts-wallet${query && query + id}`;
			const page = await second.open(path, { form: { ...fields, callbackUrl: '/account' } });
			expectLoginError(page, 'wallet_session_foreign', '/account');
			expect(landscape.sandbox.authorizations()).toEqual([]);
			expect((await second.call('/api/auth/session')).text).toBe('null');
		}
	);
});

test('a wallet session without a presentation does not start a sign-in', async () => {
	const browser = new Browser(landscape.url);
	const id = await createWalletSession(browser);
	const early = await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	expect(early.status).toBe(409);
	expect(JSON.parse(early.text)).toMatchObject({ error: 'session_not_verified' });
	const page = await browser.open('/login/start?provider=sts-wallet');
	expectLoginError(page, 'wallet_session_foreign');
	expect(landscape.sandbox.authorizations()).toEqual([]);
});
