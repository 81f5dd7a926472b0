import { describe, expect, test, vi } from 'vitest';
import { keepOwned } from '$lib/server/auth/wallet-cookies';
import { keepForDevice, keepSession, requireOwned } from '$lib/server/wallet/owned-sessions';
import { rememberWalletDevice } from '$lib/server/wallet/wallet-device';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';

vi.mock('$lib/server/config', () => import('../configured'));

const MINE = '0123456789abcdef0123456789abcdef';

async function holding(completed = false): Promise<string> {
	const cookies = fakeCookies();
	const now = Date.now();
	const times = { startedAt: now, expiresAt: now + 300_000 };
	await keepOwned(cookies, {
		id: MINE,
		requestUri: 'openid4vp://x',
		returnTo: '/account',
		idv: 'none',
		completed,
		...times
	});
	return cookies.next();
}

describe('the cookie of a wallet session', () => {
	const PHONE = { 'user-agent': 'Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36' };
	const isPersistent = ({ cookies }: ReturnType<typeof requestEvent>) =>
		cookies
			.setCookies()
			.find((line) => line.startsWith(`portal.wallet.${MINE}=`))
			?.includes('Max-Age=3600');

	test.each([
		['of a phone outlives it', PHONE, true],
		['of a computer does not outlive it', {}, false]
	])('in the browser %s', async (_, headers, isKept) => {
		const event = requestEvent({ cookie: await holding(), headers });
		await keepSession(event, await requireOwned(event, MINE));
		expect(isPersistent(event)).toBe(isKept);
	});

	test('follows the device of the wallet when that becomes known, until a wallet was verified', async () => {
		const event = requestEvent({ cookie: await holding() });
		rememberWalletDevice(event.cookies, 'this');
		await keepForDevice(event);
		expect(isPersistent(event)).toBe(true);
		expect(await requireOwned(requestEvent({ cookie: event.cookies.next() }), MINE)).toEqual(
			await requireOwned(event, MINE)
		);
		rememberWalletDevice(event.cookies, 'other');
		await keepForDevice(event);
		expect(isPersistent(event)).toBe(false);
		const verified = requestEvent({ cookie: await holding(true) });
		rememberWalletDevice(verified.cookies, 'this');
		await keepForDevice(verified);
		expect(isPersistent(verified)).toBeUndefined();
	});
});
