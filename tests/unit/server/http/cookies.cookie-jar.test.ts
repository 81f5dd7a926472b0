import type * as cookieModule from 'cookie';
import { describe, expect, test, vi } from 'vitest';
import { cookieAttributes, createCookieJar } from '$lib/server/http/cookies';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('cookie', async (load) => {
	const cookie = await load<typeof cookieModule>();
	return { ...cookie, parseCookie: vi.fn(cookie.parseCookie) };
});
const { parseCookie } = vi.mocked(await import('cookie'));

const jarOf = (header: string | null) => createCookieJar(header, () => '');
const attributes = () => ({ ...cookieAttributes(), maxAge: 60 });

describe('a request’s cookies', () => {
	test('are parsed once, however many are read, and not at all when none is', () => {
		parseCookie.mockClear();
		const { cookies } = jarOf('portal.login=a; portal.locale=nl');
		expect(parseCookie).not.toHaveBeenCalled();
		for (let n = 0; n < 100; n++) expect([cookies.get('portal.login'), cookies.getAll().length]).toEqual(['a', 2]);
		expect(parseCookie).toHaveBeenCalledOnce();
	});

	test('include only those with a well-formed name of the portal', () => {
		const { cookies } = jarOf(
			'other=a; portal.=b; portal.wallet.=c; portal.wallet.a b=d; portal.Login=e; portal.session.0=f; xportal.login=g; ' +
				`__Host-portal.login=h; portal.wallet.${'x'.repeat(65)}=i; portal.wallet.x-1=j; \u00a0portal.login=k; portal.empty=`
		);
		expect(cookies.getAll()).toEqual([
			{ name: 'portal.session.0', value: 'f' },
			{ name: 'portal.wallet.x-1', value: 'j' }
		]);
	});

	test('are decoded, and left unchanged if decoding fails', () => {
		const { cookies } = jarOf('portal.institution=a%20b; portal.locale=%zz%');
		expect([cookies.get('portal.institution'), cookies.get('portal.locale')]).toEqual(['a b', '%zz%']);
	});

	test('are empty without a header', () => {
		expect(jarOf(null).cookies.getAll()).toEqual([]);
	});
});

describe('cookie changes of a response', () => {
	test('are visible to the rest of the request, and written once for each cookie', () => {
		const jar = jarOf('portal.login=a; portal.locale=nl');
		const { cookies } = jar;
		cookies.set('portal.login', 'b', attributes());
		cookies.set('portal.login', 'c d', attributes());
		cookies.delete('portal.locale', cookieAttributes());
		expect(cookies.getAll()).toEqual([{ name: 'portal.login', value: 'c d' }]);
		expect(cookies.get('portal.locale')).toBeUndefined();
		expect(jar.setCookies()).toEqual([
			'portal.locale=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
			'portal.login=c%20d; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'
		]);
	});

	test('delete at most twelve cookies, so that the response head stays small', () => {
		const names = Array.from({ length: 400 }, (_, n) => `portal.wallet.${n}`);
		const jar = jarOf(names.map((name) => `${name}=x`).join('; '));
		for (const name of names) jar.cookies.delete(name, cookieAttributes());
		expect(jar.setCookies()).toHaveLength(12);
	});
});
