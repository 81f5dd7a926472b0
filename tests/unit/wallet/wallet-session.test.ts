import { describe, expect, test } from 'vitest';
import { isWalletSessionId } from '$lib/wallet/wallet-session';

const hex = '0123456789abcdef0123456789ABCDEF';
const uuid = '01234567-89ab-cdef-0123-456789abcdef';

describe('a wallet session id', () => {
	test.each([hex, uuid, uuid.toUpperCase()])('is 32 hex characters or a UUID: %s', (text) => {
		expect(isWalletSessionId(text)).toBe(true);
	});

	test.each([
		'',
		hex.slice(1),
		`${hex}0`,
		`${hex}\n`,
		` ${hex}`,
		hex.replace('0', 'g'),
		uuid.replace('-', ''),
		`{${uuid}}`,
		`${hex}/../x`,
		'..',
		`%30${hex.slice(1)}`
	])('has no other form: %j', (text) => {
		expect(isWalletSessionId(text)).toBe(false);
	});
});
