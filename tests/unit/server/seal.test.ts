import { describe, expect, test } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { randomFrom } from '../../harness/random';

const older = 'an-older-secret-of-this-portal-0123456789';
const newer = 'the-newest-secret-of-this-portal-0123456789';
const seal = createSeal([newer, older], 'test');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a seal', () => {
	test('opens its own sealed values of any size', () => {
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

	test('does not reveal the sealed value', () => {
		const sealed = seal.seal({ accessToken: 'a-token' });
		expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('a-token');
		expect(sealed).toMatch(/^[\w-]+$/);
	});

	test('does not open a text with any one character changed', () => {
		const sealed = seal.seal({ sub: 'someone' });
		const changed = [...sealed].flatMap((character, at) =>
			[...ALPHABET]
				.filter((other) => other !== character)
				.map((other) => sealed.slice(0, at) + other + sealed.slice(at + 1))
		);
		const opened = changed.map((text) => seal.open(text));
		expect(opened.filter((value) => value !== null)).toEqual([]);
	});

	test('does not open a text that was truncated or extended', () => {
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

	test('with another purpose does not open the text', () => {
		expect(createSeal([newer], 'other').open(seal.seal('value'))).toBeNull();
	});

	test('with another secret does not open the text', () => {
		expect(createSeal(['x'.repeat(40)], 'test').open(seal.seal('value'))).toBeNull();
	});
});

describe('when secrets rotate', () => {
	test('a text sealed with a later secret opens, and is reported as stale', () => {
		const sealed = createSeal([older], 'test').seal('value');
		expect(seal.open(sealed)).toEqual({ value: 'value', stale: 'secret' });
	});

	test('the first secret seals, even if it is not the newest', () => {
		const sealed = seal.seal('value');
		expect(createSeal([newer], 'test').open(sealed)).toEqual({ value: 'value', stale: false });
		expect(createSeal([older], 'test').open(sealed)).toBeNull();
		const [first, second] = [createSeal([older, newer], 'test'), createSeal([older], 'test')];
		expect(second.open(first.seal('value'))).toEqual({ value: 'value', stale: false });
	});

	test('a text sealed with a removed secret no longer opens', () => {
		const sealed = createSeal([older], 'test').seal('value');
		expect(createSeal([newer], 'test').open(sealed)).toBeNull();
	});
});
