import { describe, expect, test } from 'vitest';
import { createSeal, jsonCodec } from '$lib/server/seal';
import { sessionCodec } from '$lib/server/auth/session-format';
import { keycloakTokens } from '../../../harness/keycloak-tokens';
import { someSession } from './session-fixture';

const secrets = ['a-secret-of-this-portal-0123456789abcdef'];
/** As version 1.0.0 seals and opens. */
const version1 = createSeal(secrets, 'session', jsonCodec);
const format1 = createSeal(secrets, 'session', sessionCodec(1));
const format2 = createSeal(secrets, 'session', sessionCodec(2));
const tokens = keycloakTokens();
const { accessToken } = tokens;
const session = someSession(tokens);

describe('a session', () => {
	test.each([
		['with all tokens', session],
		['without ID token', { ...session, idToken: undefined }],
		['without refresh token', { ...session, refreshToken: undefined }],
		['with opaque tokens', someSession({ accessToken: 'opaque/+=', refreshToken: 'x' })]
	])('%s is restored unchanged from format 2', (_, written) => {
		expect(format2.open(format2.seal(written))).toEqual({ value: written, stale: false });
	});

	test('of version 1.0.0 can be opened with either setting, and is not marked for resealing', () => {
		const cookie = version1.seal(session);
		expect(format1.open(cookie)).toEqual({ value: session, stale: false });
		expect(format2.open(cookie)).toEqual({ value: session, stale: false });
	});

	test('written in format 1 can be opened by version 1.0.0', () => {
		expect(version1.open(format1.seal(session))?.value).toEqual(session);
	});

	test('written in format 2 can be opened with format 1 set, and is marked for resealing', () => {
		expect(format1.open(format2.seal(session))).toEqual({ value: session, stale: 'format' });
	});

	test('that format 2 cannot hold is written in format 1', () => {
		const odd = someSession({ accessToken: '\ud800' });
		expect(version1.open(format2.seal(odd))?.value).toEqual(odd);
	});
});

describe('the length of a sealed session', () => {
	test('is a multiple of 64 characters', () => {
		for (let more = 0; more < 100; more++) {
			const text = format2.seal({ ...session, name: 'x'.repeat(more) });
			expect(text.length % 64).toBe(0);
		}
	});

	test('does not reveal what facts and tokens have in common: they are not compressed together', () => {
		const length = (name: string) => format2.seal({ ...session, name }).length;
		const other = keycloakTokens().accessToken;
		expect(length(accessToken)).toBe(length(other.padEnd(accessToken.length, 'x').slice(0, accessToken.length)));
	});
});

test.each([
	['nothing', new Uint8Array()],
	['a version alone', new Uint8Array([2])],
	['an unknown version', new Uint8Array([3, 0, 0, 0, 0])],
	['lengths beyond the end', new Uint8Array([2, 255, 255, 1, 1])]
])('decoding a session fails for %s', (_, bytes) => {
	expect(() => sessionCodec(2).decode(bytes)).toThrow();
});
