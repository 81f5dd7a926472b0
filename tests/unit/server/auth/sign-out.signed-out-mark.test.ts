import { afterEach, expect, test, vi } from 'vitest';
import { fakeCookies } from '../../../harness/cookies';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
const { clearSignedOutMark, isMarkedSignedOut, markSignedOut } = await import('$lib/server/auth/sign-out');
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

test('the cookie budget evicts other cookies before the mark', () => {
	const sizes = new Map([
		['signedout', 20],
		['unknown', 7000]
	]);
	expect(evictions({ sizes, wallets: new Map() })).toEqual(['unknown']);
});
