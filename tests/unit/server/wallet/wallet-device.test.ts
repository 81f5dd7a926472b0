import { expect, test, vi } from 'vitest';
import { walletDeviceNamed, walletDeviceOf } from '$lib/server/wallet/wallet-device';
import { createCookieJar } from '$lib/server/http/cookies';

vi.mock('$lib/server/config', () => import('../configured'));

const agents = {
	iPhone:
		'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
	iPad: 'Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1',
	androidPhone:
		'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
	androidTablet:
		'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
	firefoxTablet: 'Mozilla/5.0 (Android 14; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0',
	windows:
		'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
	mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15',
	linux: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
};

function deviceOf(headers: Record<string, string>) {
	const { cookies } = createCookieJar(headers.cookie ?? null, () => '');
	return walletDeviceOf({ cookies, request: new Request('http://portal.test/', { headers }) });
}

test.each([
	['iPhone', 'this'],
	['iPad', 'this'],
	['androidPhone', 'this'],
	['androidTablet', 'this'],
	['firefoxTablet', 'this'],
	['windows', 'other'],
	['mac', 'other'],
	['linux', 'other']
] as const)('a browser on %s is guessed to have its wallet on %s device', (agent, device) => {
	expect(deviceOf({ 'user-agent': agents[agent] })).toEqual({ device, isGuess: true });
});

test('the client hint of a phone is enough, and without any header the wallet is on another device', () => {
	expect(deviceOf({ 'sec-ch-ua-mobile': '?1', 'user-agent': agents.linux }).device).toBe('this');
	expect(deviceOf({ 'sec-ch-ua-mobile': '?0', 'user-agent': agents.linux }).device).toBe('other');
	expect(deviceOf({})).toEqual({ device: 'other', isGuess: true });
});

test('the earlier choice of this browser takes precedence over any guess', () => {
	const cookie = 'portal.device=other';
	expect(deviceOf({ cookie, 'user-agent': agents.iPhone })).toEqual({ device: 'other', isGuess: false });
});

test.each(['', 'THIS', 'that', 'this ', '__proto__'])('"%s" in the cookie is not a valid choice', (value) => {
	expect(walletDeviceNamed(value)).toBeNull();
	expect(deviceOf({ cookie: `portal.device=${encodeURIComponent(value)}` }).isGuess).toBe(true);
});
