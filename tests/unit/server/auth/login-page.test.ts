import { afterEach, describe, expect, test, vi } from 'vitest';
import { beginLoginTransaction, readLoginTransaction } from '$lib/server/auth/login-page';
import { createSeal } from '$lib/server/seal';
import { fakeCookies } from '../../../harness/cookies';
import { config, configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
afterEach(() => configure());

const NOW_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

async function begun(header = '', nowMs = NOW_MS) {
	const cookies = fakeCookies(header);
	beginLoginTransaction(cookies, nowMs);
	return cookies;
}

describe('a login transaction', () => {
	test('is stored in a sealed, HttpOnly, Lax cookie, which outlives it', async () => {
		expect((await begun()).setCookies()).toEqual([
			expect.stringMatching(/^portal\.login=[\w-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/)
		]);
	});

	test('has a __Host- and Secure cookie under https', async () => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		expect((await begun()).setCookies()).toEqual([
			expect.stringMatching(/^__Host-portal\.login=.*; Secure; SameSite=Lax$/)
		]);
	});

	test('is recognized in the browser that began it', async () => {
		const transaction = readLoginTransaction(await begun(), NOW_MS);
		expect(transaction?.id).toMatch(/^[\da-f-]{36}$/);
	});

	test('ends after 30 minutes, even if the browser still has its cookie', async () => {
		const cookies = await begun();
		expect(readLoginTransaction(cookies, NOW_MS + 30 * MINUTE_MS - 1)).not.toBeNull();
		expect(readLoginTransaction(cookies, NOW_MS + 30 * MINUTE_MS)).toBeNull();
	});

	test('is extended under the same id when the page is loaded again', async () => {
		const first = await begun();
		const again = await begun(first.next(), NOW_MS + 20 * MINUTE_MS);
		expect(readLoginTransaction(again, NOW_MS + 45 * MINUTE_MS)).toEqual(readLoginTransaction(first, NOW_MS));
	});

	test('that has ended is replaced by one with another id', async () => {
		const first = await begun();
		const later = NOW_MS + 31 * MINUTE_MS;
		const again = await begun(first.next(), later);
		expect(readLoginTransaction(again, later)).not.toEqual(readLoginTransaction(first, NOW_MS));
	});

	test.each([
		['no cookie', ''],
		['garbage', 'portal.login=garbage'],
		['a cookie that was sealed for another purpose', 'wallet'],
		['a cookie that was sealed with another secret', 'login']
	])('is absent with %s', async (_, kind) => {
		const secrets = kind === 'login' ? ['x'.repeat(32)] : config().secrets;
		const sealed = createSeal(secrets, kind).seal({ id: 'forged', until: NOW_MS * 2 });
		const header = /^\w+$/.test(kind) ? `portal.login=${sealed}` : kind;
		expect(readLoginTransaction(fakeCookies(header), NOW_MS)).toBeNull();
	});
});
