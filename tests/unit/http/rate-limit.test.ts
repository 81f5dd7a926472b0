import { beforeEach, describe, expect, test, vi } from 'vitest';
// Loaded once, so that what is imported anew below shares this configuration.
import '../../../src/lib/server/config';
import type * as rateLimit from '../../../src/lib/server/http/rate-limit';
import { configure } from '../configured';

vi.mock('../../../src/lib/server/config', () => import('../configured'));

let spendOne: typeof rateLimit.spendOne;
beforeEach(async () => {
	vi.resetModules();
	configure({ RATE_LIMIT_PER_BROWSER: '3', RATE_LIMIT_PER_ADDRESS: '5' });
	({ spendOne } = await import('../../../src/lib/server/http/rate-limit'));
});

async function spend(times: number, browser: string, address = '192.0.2.1') {
	for (let time = 0; time < times; time++) await spendOne(browser, address);
}
const refused = { code: 'rate_limited', status: 429 };

describe('a rate limit', () => {
	test('lets a browser do as much as it may, and no more', async () => {
		await spend(3, 'a');
		await expect(spendOne('a', '192.0.2.1')).rejects.toMatchObject(refused);
	});

	test('of one browser does not stop another behind the same address', async () => {
		await spend(3, 'a');
		await expect(spendOne('a', '192.0.2.1')).rejects.toMatchObject(refused);
		await expect(spendOne('b', '192.0.2.1')).resolves.toBeUndefined();
	});

	test('of an address stops the next browser there, and none elsewhere', async () => {
		await spend(3, 'a');
		await spend(2, 'b');
		await expect(spendOne('c', '192.0.2.1')).rejects.toMatchObject(refused);
		await expect(spendOne('d', '192.0.2.2')).resolves.toBeUndefined();
	});

	test('that is used up by one browser leaves the rest of the address’s to others', async () => {
		await spend(3, 'a');
		await Promise.allSettled(Array.from({ length: 20 }, () => spendOne('a', '192.0.2.1')));
		await expect(spend(2, 'b')).resolves.toBeUndefined();
	});

	test('says when to come back, in whole seconds', async () => {
		await spend(3, 'a');
		const problem: unknown = await spendOne('a', '192.0.2.1').catch((error: unknown) => error);
		expect(problem).toMatchObject({
			headers: { 'retry-after': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/) as unknown }
		});
	});
});
