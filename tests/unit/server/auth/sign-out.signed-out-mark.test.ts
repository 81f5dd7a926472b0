import { afterEach, describe, expect, test, vi } from 'vitest';
import { fakeCookies } from '../../../harness/cookies';
import { configure } from '../configured';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
const { clearSignedOutMark, isBackFromSts, isMarkedSignedOut, markSignedOut } =
	await import('$lib/server/auth/sign-out');
const { evictions } = await import('$lib/server/auth/cookie-budget');
afterEach(() => configure());

test('the sign-out mark contains only a flag, and lasts no longer than a session', () => {
	const cookies = fakeCookies();
	markSignedOut(cookies);
	expect(cookies.setCookies()).toEqual(['portal.signedout=1; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax']);
	expect(isMarkedSignedOut(cookies)).toBe(true);
});

test('the mark is __Host- and Secure under https', () => {
	configure({ AUTH_URL: 'https://portal.example.org', STS_ISSUER_URL: 'https://sts.example.org' });
	const cookies = fakeCookies();
	markSignedOut(cookies);
	expect(cookies.setCookies()).toEqual([
		'__Host-portal.signedout=1; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax'
	]);
});

test('a browser without the mark receives no cookie when the mark is cleared', () => {
	const cookies = fakeCookies();
	clearSignedOutMark(cookies);
	expect([cookies.setCookies(), isMarkedSignedOut(cookies)]).toEqual([[], false]);
});

test('clearing the mark deletes its cookie', () => {
	const cookies = fakeCookies('portal.signedout=1');
	clearSignedOutMark(cookies);
	expect([isMarkedSignedOut(cookies), cookies.setCookies()]).toEqual([
		false,
		['portal.signedout=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']
	]);
});

const STATE = 'A'.repeat(22);

test('the return from the sign-out at the STS deletes the mark', () => {
	const cookies = fakeCookies();
	markSignedOut(cookies, someSession());
	const state = cookies.get('portal.signedout') ?? null;
	expect([isBackFromSts(cookies, state), isMarkedSignedOut(cookies)]).toEqual([true, false]);
});

test.each([
	['without a state', STATE, null],
	['with the state of earlier versions', STATE, 'signed_out'],
	['with another state', STATE, 'B'.repeat(22)],
	['with the value of a mark without a sign-out at the STS', '1', '1'],
	['with an empty state', STATE, '']
])('a link %s does not delete the mark', (_, value, state) => {
	const cookies = fakeCookies(`portal.signedout=${value}`);
	expect([isBackFromSts(cookies, state), isMarkedSignedOut(cookies)]).toEqual([false, true]);
});

test('a sign-out without a session keeps the state of a sign-out from which the browser has not returned yet', () => {
	const cookies = fakeCookies(`portal.signedout=${STATE}`);
	markSignedOut(cookies);
	expect(isBackFromSts(cookies, STATE)).toBe(true);
});

describe('the state of a sign-out', () => {
	const stateOf = (changes = {}, cookie = '') => markSignedOut(fakeCookies(cookie), someSession(changes));

	test('is the same for all requests with the session, whatever the browser has', () => {
		expect(stateOf()).toMatch(/^[\w-]{22}$/);
		expect(stateOf({ accessToken: 'renewed', generation: 1 })).toBe(stateOf());
		expect(stateOf({}, `portal.signedout=${STATE}`)).toBe(stateOf());
	});

	test('differs for another session', () => {
		expect(stateOf({ id: 'session-2' })).not.toBe(stateOf());
	});

	test('cannot be calculated from the id of the session', () => {
		const before = stateOf();
		configure({ AUTH_SECRET: 'another-secret-of-this-portal-0123456789' });
		expect(stateOf()).not.toBe(before);
	});
});

test('the cookie budget evicts other cookies before the mark', () => {
	const sizes = new Map([
		['signedout', 20],
		['unknown', 7000]
	]);
	expect(evictions({ sizes, wallets: new Map() })).toEqual(['unknown']);
});
