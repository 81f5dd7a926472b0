import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { displayName, IdentityClaims, requestedClaims, stableSubject } from '$lib/server/sts/id-token';
import { assertProperty } from '../../../harness/property';

const read = (claims: object) => v.parse(IdentityClaims, { sub: 's', ...claims });

describe('claim values seen in practice', () => {
	test.each<[unknown, string | undefined]>([
		['text', 'text'],
		[42, '42'],
		[0, '0'],
		[true, undefined],
		[false, undefined],
		[' ', undefined],
		[['first', 'second'], 'first'],
		[[7], '7'],
		['', undefined],
		[[], undefined],
		[[''], undefined],
		[[{ a: 1 }], undefined],
		[[null], undefined],
		[[null, '', 'third'], 'third'],
		[{ a: 1 }, undefined],
		[null, undefined],
		[undefined, undefined]
	])('%j reads as %j', (value, text) => {
		expect(read({ email: value, acr: value, institution_id: value })).toMatchObject({
			email: text,
			acr: text,
			institution_id: text
		});
	});

	test.each<[unknown, string[] | undefined]>([
		[
			['pwd', 'otp'],
			['pwd', 'otp']
		],
		['pwd', ['pwd']],
		['pwd  otp', ['pwd', 'otp']],
		[
			[null, 'pwd', 7, '', 'pwd', 'otp'],
			['pwd', 'otp']
		],
		[[1, 2], undefined],
		[undefined, undefined],
		[null, undefined],
		[true, undefined]
	])('amr %j reads as %j', (amr, methods) => expect(read({ amr }).amr).toEqual(methods));

	test.each<[unknown, number | undefined]>([
		[1_800_000_000, 1_800_000_000],
		[1_800_000_000.75, 1_800_000_000],
		['1800000000', 1_800_000_000],
		[1_800_000_000_000, 1_800_000_000],
		['yesterday', 0],
		[-1.5, 0],
		[true, 0],
		[{}, 0],
		[Number.MAX_VALUE, 0],
		[null, undefined],
		[undefined, undefined]
	])('auth_time %j reads as %j', (value, seconds) => expect(read({ auth_time: value }).auth_time).toBe(seconds));

	test.each<[unknown, number | undefined]>([
		[1_800_000_000, 1_800_000_000],
		[1_800_000_000.75, 1_800_000_000],
		['1800000000', undefined],
		[null, undefined]
	])('iat %j reads as %j', (value, seconds) => expect(read({ iat: value }).iat).toBe(seconds));

	test.each([
		{},
		{ sub: '' },
		{ sub: ' ' },
		{ sub: 1 },
		{ sub: false },
		{ sub: ['s'] },
		{ sub: '\ud800' },
		{ sub: 'a\u0000' }
	])('%j has no valid subject', (claims) => {
		expect(v.is(IdentityClaims, claims)).toBe(false);
	});

	test('that the portal does not use are dropped', () => {
		expect(read({ birthdate: '2000-01-01' })).not.toHaveProperty('birthdate');
	});
});

describe('a name', () => {
	test.each<[unknown, string | undefined]>([
		[{ nl: 'Robin de Vries', en: 'Robin of Vries' }, 'Robin de Vries'],
		[[{ lang: 'en', value: 'Robin' }], 'Robin'],
		[[null, 'Robin'], 'Robin'],
		[{}, undefined]
	])('%j reads as %j', (name, text) => expect(displayName(read({ name }))).toBe(text));
});

describe('the identity of a person', () => {
	test.each([
		[{ federated_subject: 'f', eduid: 'e' }, 'f'],
		[{ eduid: 'e' }, 'e'],
		[{}, 's']
	])('with %j is %s', (claims, key) => expect(stableSubject(read(claims))).toBe(key));

	test.each<unknown>([
		false,
		true,
		0,
		7,
		'',
		' ',
		'\t',
		'\ud800',
		'a\u0000b',
		'.',
		'..',
		{},
		[],
		[false, 'f'],
		[[]],
		null
	])('is not read from %j', (value) => {
		const claims = read({ federated_subject: value, eduid: value, sid: value });
		expect(stableSubject(claims)).toBe('s');
		expect(claims.sid).toBeUndefined();
	});

	test.each([
		[['f'], 'f'],
		[[null, '', 'f', 'g'], 'f']
	])('is read from the first usable value of %j', (value, key) =>
		expect(stableSubject(read({ federated_subject: value }))).toBe(key)
	);

	test('is never derived from a value that another person may have too', () => {
		const odd = fc.oneof(fc.jsonValue(), fc.boolean(), fc.integer(), fc.string({ unit: 'binary' }));
		void assertProperty(
			fc.property(odd, odd, (federated_subject, eduid) => {
				const identifiers = [federated_subject, eduid].flat(1);
				const key = stableSubject(read({ federated_subject, eduid }));
				expect(key === 's' || identifiers.some((value) => value === key)).toBe(true);
				expect(key.isWellFormed() && key.trim() !== '').toBe(true);
			})
		);
	});

	test.each([
		[{ name: 'Robin S.', given_name: 'Robin' }, 'Robin S.'],
		[{ given_name: 'Robin', family_name: 'Student' }, 'Robin Student'],
		[{ family_name: 'Student' }, 'Student'],
		[{}, undefined]
	])('with %j is shown as %s', (claims, name) => expect(displayName(read(claims))).toBe(name));
});

test('no claim is requested as essential, except the acr of a step-up', () => {
	expect(new Set(Object.values(requestedClaims().id_token))).toEqual(new Set([null]));
	expect(requestedClaims(['a', 'b']).id_token).toEqual({
		...requestedClaims().id_token,
		acr: { essential: true, values: ['a', 'b'] }
	});
});
