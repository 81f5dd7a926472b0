import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
// Loaded once, so that what is imported anew below shares this configuration.
import '$lib/server/config';
import type * as rateLimit from '$lib/server/http/rate-limit';
import { assertProperty } from '../../../harness/property';
import { configure } from '../configured';
import { networkOf } from '$lib/server/http/request';

vi.mock('$lib/server/config', () => import('../configured'));

let consumeQuota: typeof rateLimit.consumeQuota;
let consumeSignInQuota: typeof rateLimit.consumeSignInQuota;
beforeEach(async () => {
	vi.resetModules();
	configure({ RATE_LIMIT_PER_BROWSER: '3', RATE_LIMIT_PER_ADDRESS: '5', RATE_LIMIT_SIGN_INS_PER_ADDRESS: '40' });
	({ consumeQuota, consumeSignInQuota } = await import('$lib/server/http/rate-limit'));
});

async function spend(times: number, browser: string, address = '192.0.2.1') {
	for (let time = 0; time < times; time++) await consumeQuota(browser, address);
}
const refused = { code: 'rate_limited', status: 429 };

describe('a rate limit', () => {
	test('allows a browser its number of requests, and no more', async () => {
		await spend(3, 'a');
		await expect(consumeQuota('a', '192.0.2.1')).rejects.toMatchObject(refused);
	});

	test('of one browser does not affect another one at the same address', async () => {
		await spend(3, 'a');
		await expect(consumeQuota('a', '192.0.2.1')).rejects.toMatchObject(refused);
		await expect(consumeQuota('b', '192.0.2.1')).resolves.toBeUndefined();
	});

	test('of an address refuses the next browser there, but none at another address', async () => {
		await spend(3, 'a');
		await spend(2, 'b');
		await expect(consumeQuota('c', '192.0.2.1')).rejects.toMatchObject(refused);
		await expect(consumeQuota('d', '192.0.2.2')).resolves.toBeUndefined();
	});

	test('that one browser exceeds leaves the rest of the limit of its address to others', async () => {
		await spend(3, 'a');
		await Promise.allSettled(Array.from({ length: 20 }, () => consumeQuota('a', '192.0.2.1')));
		await expect(spend(2, 'b')).resolves.toBeUndefined();
	});

	test('counts the addresses of one IPv6 network together, and those of another network separately', async () => {
		for (let host = 1; host <= 5; host++) await consumeQuota(`browser ${host}`, `2001:db8:0:1::${host}`);
		await expect(consumeQuota('x', '2001:db8:0:1:ffff:ffff:ffff:ffff')).rejects.toMatchObject(refused);
		await expect(consumeQuota('y', '2001:db8:0:2::1')).resolves.toBeUndefined();
	});

	test('counts an IPv4 address and its IPv6-mapped spellings together', async () => {
		for (const address of ['192.0.2.9', '::ffff:192.0.2.9', '::ffff:c000:209', '0:0:0:0:0:FFFF:192.0.2.9', '192.0.2.9'])
			await consumeQuota(address, address);
		await expect(consumeQuota('x', '::ffff:192.0.2.9')).rejects.toMatchObject(refused);
		await expect(consumeQuota('y', '::ffff:192.0.2.10')).resolves.toBeUndefined();
	});

	test('sets Retry-After in whole seconds', async () => {
		await spend(3, 'a');
		const problem: unknown = await consumeQuota('a', '192.0.2.1').catch((error: unknown) => error);
		expect(problem).toMatchObject({
			headers: { 'retry-after': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/) as unknown }
		});
	});
});

describe('starts of sign-ins', () => {
	const start = async (times: number, browser: string, address = '192.0.2.1') => {
		for (let time = 0; time < times; time++) await consumeSignInQuota(browser, address);
	};

	test('are limited to 30 a minute for one browser', async () => {
		await start(30, 'a');
		await expect(consumeSignInQuota('a', '192.0.2.1')).rejects.toMatchObject(refused);
		await expect(consumeSignInQuota('b', '192.0.2.1')).resolves.toBeUndefined();
	});

	test('are limited per IPv6 network, separately from new wallet sessions', async () => {
		for (let host = 1; host <= 40; host++)
			await consumeSignInQuota(`browser ${host}`, `2001:db8:0:1::${host.toString(16)}`);
		await expect(consumeSignInQuota('x', '2001:db8:0:1::ffff')).rejects.toMatchObject(refused);
		await expect(consumeSignInQuota('y', '2001:db8:0:2::1')).resolves.toBeUndefined();
		await expect(consumeQuota('x', '2001:db8:0:1::ffff')).resolves.toBeUndefined();
	});
});

describe('the network of an address', () => {
	test.each([
		['192.0.2.1', '192.0.2.1'],
		['2001:db8::1', '2001:db8:0:0::/64'],
		['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0::/64'],
		['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
		['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::/64'],
		['1::2:3:4:5:6:7', '1:0:2:3::/64'],
		['::', '0:0:0:0::/64'],
		['::1', '0:0:0:0::/64'],
		['fe80::1%eth0', 'fe80:0:0:0::/64'],
		['::ffff:192.0.2.1', '192.0.2.1'],
		['::ffff:c000:201%1', '192.0.2.1'],
		['::ffff:0:192.0.2.1', '0:0:0:0::/64'],
		['', ''],
		['unix', 'unix'],
		['::g', '::g']
	])('of %s is %s', (address, network) => {
		expect(networkOf(address)).toBe(network);
	});

	test('is the same for all spellings and hosts of one /64, and differs between two', () => {
		const group = fc.integer({ min: 0, max: 0xffff });
		const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
		const hex = (parts: readonly number[]) => parts.map((part) => part.toString(16)).join(':');
		void assertProperty(
			fc.property(groups(4), groups(4), groups(4), ([first = 0, ...rest], host, otherHost) => {
				// 2000::/3, where no address is an IPv4 address in disguise.
				const network = [0x2000 | (first & 0x1fff), ...rest];
				const padded = [...network, ...host].map((part) => part.toString(16).padStart(4, '0').toUpperCase()).join(':');
				expect(networkOf(padded)).toBe(networkOf(`${hex(network)}:${hex(otherHost)}`));
				const neighbour = [...network.slice(0, 3), (network[3] ?? 0) ^ 1];
				expect(networkOf(`${hex(neighbour)}:${hex(host)}`)).not.toBe(networkOf(padded));
			})
		);
	});
});
