import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packTokens, unpackTokens } from '$lib/server/auth/session-format';
import { keycloakTokens } from '../../../harness/keycloak-tokens';
import { assertProperty } from '../../../harness/property';

const random = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)));

describe('packed tokens', () => {
	const { accessToken, refreshToken, idToken } = keycloakTokens();

	test.each<[string, readonly (string | undefined)[]]>([
		['JWTs', [accessToken, refreshToken, idToken]],
		['an absent token', [accessToken, undefined, undefined]],
		['an empty token', ['', accessToken, '']],
		['opaque tokens', [random(48).toString('base64'), random(32).toString('hex'), random(43).toString('base64url')]],
		['a JWE of five segments, one of them empty', [`${accessToken}..${idToken.split('.')[0]}`]],
		['dots alone', ['...', '.', '..']],
		['base64url that is not canonical', [`${accessToken.slice(0, -1)}B`, 'AB', 'A', 'A.B.C', `${accessToken}=`]],
		['text that is not ASCII', ['één.tøken', '\u{1f511}', 'a\u0000b']]
	])('are restored unchanged: %s', (_, tokens) => {
		const packed = packTokens(tokens);
		expect(packed && unpackTokens(packed, tokens.length)).toEqual(tokens);
	});

	test('are restored unchanged, or are not packed, for any input', () => {
		const segment = fc.oneof(
			fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
			fc.string({ unit: 'binary', maxLength: 20 })
		);
		const token = fc.option(
			fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('.')),
			{ nil: undefined }
		);
		void assertProperty(
			fc.property(fc.array(token, { maxLength: 4 }), (tokens) => {
				const packed = packTokens(tokens);
				return packed === null || tokens.every((token, at) => unpackTokens(packed, tokens.length)[at] === token);
			}),
			{ numRuns: 60 }
		);
	});

	test('are not packed if a round trip would change them, as with a lone surrogate', () => {
		expect(packTokens(['\ud800'])).toBeNull();
	});

	test('take about half the space of Keycloak’s tokens', () => {
		const packed = packTokens([accessToken, refreshToken, undefined]);
		expect(packed?.length).toBeLessThan((accessToken.length + refreshToken.length) * 0.52);
	});
});

describe('data that inflates to more than 64 kB', () => {
	test('is not packed', () => {
		expect(packTokens(['a.'.repeat(40_000)])).toBeNull();
	});

	test('is not unpacked', () => {
		expect(() => unpackTokens(deflateRawSync(Buffer.alloc(70_000)), 1)).toThrow();
	});
});

test.each([
	['nothing', Buffer.alloc(0)],
	['garbage', random(40)],
	['lengths beyond the end', deflateRawSync(Buffer.from([1, 200, 1]))],
	['an unterminated length', deflateRawSync(Buffer.alloc(20, 255))]
])('unpacking tokens fails for %s', (_, bytes) => {
	expect(() => unpackTokens(bytes, 1)).toThrow();
});
