import { describe, expect, test } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { randomFrom } from '../../harness/random';

const older = 'an-older-secret-of-this-portal-0123456789';
const newer = 'the-newest-secret-of-this-portal-0123456789';
const seal = createSeal([newer, older], 'test');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a seal', () => {
	test('opens what it sealed, of any size', async () => {
		const random = randomFrom(1);
		const values = Array.from({ length: 60 }, (_, index) => ({
			text: String.fromCodePoint(...Array.from({ length: index * 7 }, () => 32 + Math.floor(random() * 0xd000))),
			number: random(),
			list: [null, true, { index }]
		}));
		const opened = await Promise.all(values.map(async (value) => seal.open(await seal.seal(value))));
		expect(opened).toEqual(values.map((value) => ({ value, stale: false })));
	});

	test('seals the same value differently each time', async () => {
		const sealed = await Promise.all(Array.from({ length: 20 }, () => seal.seal('same')));
		expect(new Set(sealed).size).toBe(20);
	});

	test('shows nothing of what it holds', async () => {
		const sealed = await seal.seal({ accessToken: 'a-token' });
		expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('a-token');
		expect(sealed).toMatch(/^[\w-]+$/);
	});

	test('opens nothing of which any one character was changed', async () => {
		const sealed = await seal.seal({ sub: 'someone' });
		const changed = [...sealed].flatMap((character, at) =>
			[...ALPHABET]
				.filter((other) => other !== character)
				.map((other) => sealed.slice(0, at) + other + sealed.slice(at + 1))
		);
		const opened = await Promise.all(changed.map((text) => seal.open(text)));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('opens nothing that was cut short or made longer', async () => {
		const sealed = await seal.seal({ sub: 'someone' });
		const changed = [
			...Array.from({ length: sealed.length }, (_, length) => sealed.slice(0, length)),
			...['A', 'AA', 'AAAA', '=', ' ', '!', '.'].map((more) => sealed + more)
		];
		const opened = await Promise.all(changed.map((text) => seal.open(text)));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('returns null for garbage and never throws', async () => {
		const random = randomFrom(2);
		const garbage = Array.from({ length: 500 }, () =>
			String.fromCharCode(...Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 0x10000)))
		);
		const opened = await Promise.all(['', '....', ...garbage].map((text) => seal.open(text)));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('of another purpose opens nothing', async () => {
		expect(await createSeal([newer], 'other').open(await seal.seal('value'))).toBeNull();
	});

	test('with another secret opens nothing', async () => {
		expect(await createSeal(['x'.repeat(40)], 'test').open(await seal.seal('value'))).toBeNull();
	});
});

describe('when secrets rotate', () => {
	test('what a later one sealed opens, and is reported as stale', async () => {
		const sealed = await createSeal([older], 'test').seal('value');
		expect(await seal.open(sealed)).toEqual({ value: 'value', stale: 'secret' });
	});

	test('the first one seals, whichever is newer', async () => {
		const sealed = await seal.seal('value');
		expect(await createSeal([newer], 'test').open(sealed)).toEqual({ value: 'value', stale: false });
		expect(await createSeal([older], 'test').open(sealed)).toBeNull();
		const [first, second] = [createSeal([older, newer], 'test'), createSeal([older], 'test')];
		expect(await second.open(await first.seal('value'))).toEqual({ value: 'value', stale: false });
	});

	test('what a dropped one sealed is closed for good', async () => {
		const sealed = await createSeal([older], 'test').seal('value');
		expect(await createSeal([newer], 'test').open(sealed)).toBeNull();
	});
});
