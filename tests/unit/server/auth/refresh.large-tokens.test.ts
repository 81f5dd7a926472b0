import { describe, expect, test } from 'vitest';
import { createRefresher } from '$lib/server/auth/refresh';
import { tokensCodec } from '$lib/server/auth/session-format';
import { SessionTooLarge, tokenRecord, type TokenSet } from '$lib/server/auth/session-tokens';
import { jsonCodec } from '$lib/server/seal';
import { MAX_RESULT_BYTES } from '$lib/server/store/lease';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { groupNames, keycloakTokens } from '../../../harness/keycloak-tokens';
import { SIGNED_IN_AT, someSession } from './session-fixture';

/** Deno KV refuses larger values, in bytes. */
const KV_BYTES = 65_536;
const nowMs = (SIGNED_IN_AT + 3600) * 1000;
const random = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url');
const opened = (tokens: object) => JSON.parse(String(tokensCodec.decode(encoded(tokens)).value)) as TokenSet;
const encoded = (tokens: object) => tokensCodec.encode(JSON.stringify(tokens));

/** Two instances with one store that refuses what Deno KV refuses. @param redeemed receives each redeemed token */
function twoInstances(tokens: TokenSet, redeemed: string[]) {
	const memory = createMemoryStore();
	const store: Store = {
		...memory,
		async write(key, text, lifeMs) {
			if (text.length > KV_BYTES) throw new TypeError('Value too large');
			await memory.write(key, text, lifeMs);
		}
	};
	return [1, 2].map(() =>
		createRefresher({
			store,
			unixNow: () => nowMs,
			onFault: () => {},
			redeem({ refreshToken }) {
				redeemed.push(refreshToken);
				return Promise.resolve(tokens);
			}
		})
	);
}

describe('a refresh that returns large tokens', () => {
	test.each([
		{ count: 700, what: 'an access token of 46 kB' },
		{ count: 1000, what: 'an access token of 65 kB' }
	])('is shared with another instance: $what', async ({ count }) => {
		const tokens = keycloakTokens(groupNames(count));
		const redeemed: string[] = [];
		const [one, other] = twoInstances(tokens, redeemed);
		const first = await one?.refreshIfDue(someSession({ refreshAt: SIGNED_IN_AT }));
		const second = await other?.refreshIfDue(someSession({ refreshAt: SIGNED_IN_AT }));
		expect(redeemed).toEqual(['the-refresh-token']);
		expect(second).toEqual(first);
		expect(second).toMatchObject(tokens);
	});

	test('ends the session at another instance at once if no store has room for them', async () => {
		const tokens = { accessToken: random(50_000), refreshToken: 'next' };
		const redeemed: string[] = [];
		const [one, other] = twoInstances(tokens, redeemed);
		await one?.refreshIfDue(someSession({ refreshAt: SIGNED_IN_AT }));
		const late = other?.refreshIfDue(someSession({ refreshAt: SIGNED_IN_AT }));
		await expect(late).rejects.toMatchObject({ name: 'SessionEnded', message: 'result_too_large' });
		expect(redeemed).toHaveLength(1);
	});
});

describe('the result of a refresh', () => {
	test('is JSON, which version 1.0.0 reads, as long as the store has room for that', () => {
		const result = JSON.stringify(keycloakTokens(groupNames(600)));
		expect(Buffer.from(tokensCodec.encode(result)).toString()).toBe(JSON.stringify(result));
		expect(tokensCodec.decode(jsonCodec.encode(result))).toEqual({ value: result, stale: false });
	});

	test('is packed otherwise, and restored unchanged', () => {
		const tokens = { ...keycloakTokens(groupNames(1000)), expiresAt: 1, refreshAt: 2, tokensKey: 'a-key' };
		expect(encoded(tokens).length).toBeLessThanOrEqual(MAX_RESULT_BYTES);
		expect(opened(tokens)).toEqual(tokens);
	});

	test('does without an ID token for which there is no room', () => {
		const tokens = { accessToken: 'access', refreshToken: 'refresh', tokensKey: 'a-key' };
		expect(opened({ ...tokens, idToken: random(50_000) })).toEqual(tokens);
	});

	test('has room for all tokens that the shared store has room for', () => {
		// Random tokens, which packing does not make smaller.
		const key = random(32);
		const recordOf = (accessToken: string) =>
			tokenRecord({
				...someSession({ accessToken, idToken: undefined, refreshAt: SIGNED_IN_AT, renewal: `once:${key}` }),
				tokensKey: key
			});
		let largest = '';
		expect(() => {
			for (let bytes = 44_700; ; bytes++) {
				const accessToken = random(bytes);
				if (recordOf(accessToken)) largest = accessToken;
			}
		}).toThrow(SessionTooLarge);
		expect(largest.length).toBeGreaterThan(59_600);
		const { refreshToken, expiresAt } = someSession();
		const tokens = { accessToken: largest, refreshToken, expiresAt, refreshAt: SIGNED_IN_AT, tokensKey: key };
		expect(encoded(tokens).length).toBeLessThanOrEqual(MAX_RESULT_BYTES);
	});
});
