import { expect, test, vi } from 'vitest';
import { keepLogoutRedirect, takeLogoutRedirect } from '$lib/server/auth/sign-out';
import { createSeal } from '$lib/server/seal';
import { fakeCookies } from '../../../harness/cookies';
import { config } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));

const URL_OF_STS = 'http://localhost:8092/session/end?client_id=portal-client';

test('the next page receives the end-session URL once', async () => {
	const signOut = fakeCookies();
	keepLogoutRedirect(signOut, URL_OF_STS);
	const next = fakeCookies(signOut.next());
	expect(takeLogoutRedirect(next)).toBe(URL_OF_STS);
	expect(next.setCookies()).toEqual(['portal.departure=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
	expect(takeLogoutRedirect(fakeCookies(next.next()))).toBeNull();
});

test('the cookie does not reveal the URL, and lasts for a minute', async () => {
	const cookies = fakeCookies();
	keepLogoutRedirect(cookies, URL_OF_STS);
	expect(cookies.setCookies()).toEqual([
		expect.stringMatching(/^portal\.departure=[\w-]+; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/)
	]);
});

test('without a cookie there is no redirect, and no cookie is changed', async () => {
	const cookies = fakeCookies('other=1');
	expect(takeLogoutRedirect(cookies)).toBeNull();
	expect(cookies.setCookies()).toEqual([]);
});

test.each([
	['plain text', () => Promise.resolve('https://evil.example/')],
	['sealed with another secret', () => createSeal(['x'.repeat(32)], 'departure').seal('https://evil.example/')],
	['sealed for another purpose', () => createSeal(config().secrets, 'login').seal('https://evil.example/')],
	['not a string', () => createSeal(config().secrets, 'departure').seal({ url: 'https://evil.example/' })]
])('a URL that is %s is ignored', async (_, make) => {
	expect(takeLogoutRedirect(fakeCookies(`portal.departure=${await make()}`))).toBeNull();
});
