import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { displayName, IdentityClaims, stableSubject, voluntaryClaims } from '../../../src/lib/server/auth/claims';

const read = (claims: object) => v.parse(IdentityClaims, { sub: 's', ...claims });

describe('claim values in the field', () => {
	test.each<[unknown, string | undefined]>([
		['text', 'text'],
		[42, '42'],
		[0, '0'],
		[true, 'true'],
		[false, 'false'],
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
		expect(read({ eduid: value, acr: value, institution_id: value })).toMatchObject({
			eduid: text,
			acr: text,
			institution_id: text
		});
	});

	test.each<[unknown, string[]]>([
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
		[[1, 2], []],
		[undefined, []],
		[null, []],
		[true, []]
	])('amr %j reads as %j', (amr, methods) => expect(read({ amr }).amr).toEqual(methods));

	test.each<[unknown, number | undefined]>([
		[1_800_000_000, 1_800_000_000],
		['1800000000', undefined],
		['yesterday', undefined],
		[1.5, undefined],
		[null, undefined]
	])('auth_time %j reads as %j', (value, seconds) => expect(read({ auth_time: value }).auth_time).toBe(seconds));

	test.each([{}, { sub: '' }, { sub: 1 }, { sub: ['s'] }])('%j names nobody', (claims) => {
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

describe('who somebody is', () => {
	test.each([
		[{ federated_subject: 'f', eduid: 'e' }, 'f'],
		[{ eduid: 'e' }, 'e'],
		[{}, 's']
	])('with %j is %s', (claims, key) => expect(stableSubject(read(claims))).toBe(key));

	test.each([
		[{ name: 'Robin S.', given_name: 'Robin' }, 'Robin S.'],
		[{ given_name: 'Robin', family_name: 'Student' }, 'Robin Student'],
		[{ family_name: 'Student' }, 'Student'],
		[{}, undefined]
	])('with %j is shown as %s', (claims, name) => expect(displayName(read(claims))).toBe(name));
});

test('no claim is asked for as essential', () => {
	expect(new Set(Object.values(voluntaryClaims.id_token))).toEqual(new Set([null]));
});
