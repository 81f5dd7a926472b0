import { describe, expect, test } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { randomFrom } from '../../harness/random';

const older = 'an-older-secret-of-this-portal-0123456789';
const newer = 'the-newest-secret-of-this-portal-0123456789';
const seal = createSeal([newer, older], 'test');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a seal', () => {
	test('opens what it sealed, of any size', () => {
		const random = randomFrom(1);
		const values = Array.from({ length: 60 }, (_, index) => ({
			text: String.fromCodePoint(...Array.from({ length: index * 7 }, () => 32 + Math.floor(random() * 0xd000))),
			number: random(),
			list: [null, true, { index }]
		}));
		const opened = values.map((value) => seal.open(seal.seal(value)));
		expect(opened).toEqual(values.map((value) => ({ value, stale: false })));
	});

	test('seals the same value differently each time', () => {
		const sealed = Array.from({ length: 20 }, () => seal.seal('same'));
		expect(new Set(sealed).size).toBe(20);
	});

	test('shows nothing of what it holds', () => {
		const sealed = seal.seal({ accessToken: 'a-token' });
		expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('a-token');
		expect(sealed).toMatch(/^[\w-]+$/);
	});

	test('opens nothing of which any one character was changed', () => {
		const sealed = seal.seal({ sub: 'someone' });
		const changed = [...sealed].flatMap((character, at) =>
			[...ALPHABET]
				.filter((other) => other !== character)
				.map((other) => sealed.slice(0, at) + other + sealed.slice(at + 1))
		);
		const opened = changed.map((text) => seal.open(text));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('opens nothing that was cut short or made longer', () => {
		const sealed = seal.seal({ sub: 'someone' });
		const changed = [
			...Array.from({ length: sealed.length }, (_, length) => sealed.slice(0, length)),
			...['A', 'AA', 'AAAA', '=', ' ', '!', '.'].map((more) => sealed + more)
		];
		const opened = changed.map((text) => seal.open(text));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('returns null for garbage and never throws', () => {
		const random = randomFrom(2);
		const garbage = Array.from({ length: 500 }, () =>
			String.fromCharCode(...Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 0x10000)))
		);
		const opened = ['', '....', ...garbage].map((text) => seal.open(text));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('of another purpose opens nothing', () => {
		expect(createSeal([newer], 'other').open(seal.seal('value'))).toBeNull();
	});

	test('with another secret opens nothing', () => {
		expect(createSeal(['x'.repeat(40)], 'test').open(seal.seal('value'))).toBeNull();
	});
});

describe('when secrets rotate', () => {
	test('what a later one sealed opens, and is reported as stale', () => {
		const sealed = createSeal([older], 'test').seal('value');
		expect(seal.open(sealed)).toEqual({ value: 'value', stale: 'secret' });
	});

	test('the first one seals, whichever is newer', () => {
		const sealed = seal.seal('value');
		expect(createSeal([newer], 'test').open(sealed)).toEqual({ value: 'value', stale: false });
		expect(createSeal([older], 'test').open(sealed)).toBeNull();
		const [first, second] = [createSeal([older, newer], 'test'), createSeal([older], 'test')];
		expect(second.open(first.seal('value'))).toEqual({ value: 'value', stale: false });
	});

	test('what a dropped one sealed is closed for good', () => {
		const sealed = createSeal([older], 'test').seal('value');
		expect(createSeal([newer], 'test').open(sealed)).toBeNull();
	});
});
