import { expect, test, vi } from 'vitest';
import { fakeCookies } from '../../../harness/cookies';

vi.mock('$lib/server/config', () => import('../configured'));
const { forgetLinkedWallet, recordLinkedWallet, takeLinkedWallet } = await import('$lib/server/auth/sign-in-flow');

test('the record of a linked wallet contains only a flag, and lasts ten minutes', () => {
	const cookies = fakeCookies();
	recordLinkedWallet(cookies, true);
	expect(cookies.setCookies()).toEqual(['portal.linked=1; Max-Age=600; Path=/; HttpOnly; SameSite=Lax']);
});

test.each([
	['is deleted when it is read', takeLinkedWallet],
	['is deleted by a sign-in that has linked no wallet', (cookies) => recordLinkedWallet(cookies, false)],
	['is deleted by a sign-out', forgetLinkedWallet]
] satisfies [string, (cookies: ReturnType<typeof fakeCookies>) => unknown][])('the record %s', (_, end) => {
	const cookies = fakeCookies('portal.linked=1');
	end(cookies);
	expect(cookies.setCookies()).toEqual(['portal.linked=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
	expect(takeLinkedWallet(cookies)).toBe(false);
});

test('a browser without the record receives no cookie', () => {
	const cookies = fakeCookies();
	expect(takeLinkedWallet(cookies)).toBe(false);
	recordLinkedWallet(cookies, false);
	expect(cookies.setCookies()).toEqual([]);
});
