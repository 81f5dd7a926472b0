import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '$lib/server/config';
import type * as signed from '$lib/server/sts/tokens';
import { fakeSts, ISSUER } from '../auth/fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));

const keyPair = async () => {
	const { publicKey, privateKey } = await generateKeyPair('ES256');
	return { jwk: await exportJWK(publicKey), privateKey };
};
const [first, second] = await Promise.all([keyPair(), keyPair()]);
const nowMs = 1_800_000_000_000;

const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);
let verifySignedToken: typeof signed.verifySignedToken;
beforeEach(async () => {
	vi.useFakeTimers({ now: nowMs, toFake: ['Date', 'performance'] });
	sts.behaviour = {};
	sts.requests.length = 0;
	vi.resetModules();
	({ verifySignedToken } = await import('$lib/server/sts/tokens'));
});
afterEach(() => vi.useRealTimers());

const token = (pair: typeof first, kid?: string, claims: Readonly<Record<string, unknown>> = {}) =>
	new SignJWT({ iss: ISSUER, aud: 'api', sub: 's', exp: nowMs / 1000 + 300, ...claims })
		.setProtectedHeader({ alg: 'ES256', ...(kid !== undefined && { kid }) })
		.sign(pair.privateKey);
const verify = (text: string, from: 'sts' | 'untrusted') =>
	verifySignedToken(text, { audience: 'api', requiredClaims: ['exp'], from, algorithms: 'listed' });
const check = async (pair: typeof first, kid?: string, from: 'sts' | 'untrusted' = 'untrusted') =>
	(await verify(await token(pair, kid), from)).sub;
const publish = (...keys: (JWK | null)[]) => (sts.behaviour.keys = keys);
const fetches = () => sts.requests.filter((url) => url.endsWith('/jwks')).length;

describe('a token', () => {
	test.each<[string, string, Readonly<Record<string, unknown>>]>([
		['of another issuer', 'iss', { iss: 'https://other.example' }],
		['without an issuer', 'iss', { iss: undefined }],
		['for another audience', 'aud', { aud: 'other' }],
		['without an audience', 'aud', { aud: undefined }],
		['without an expiry', 'exp', { exp: undefined }],
		['that has expired', 'exp', { exp: nowMs / 1000 - 91 }],
		['that is not valid yet', 'nbf', { nbf: nowMs / 1000 + 91 }]
	])('%s is refused from every sender', async (_what, claim, claims) => {
		publish(first.jwk);
		const text = await token(first, undefined, claims);
		for (const from of ['sts', 'untrusted'] as const) await expect(verify(text, from)).rejects.toMatchObject({ claim });
	});

	test.each([
		['half a minute', 'untrusted', 30],
		['a minute and a half', 'sts', 90]
	] as const)('is accepted up to %s before and after its validity period (sender: %s)', async (_, from, seconds) => {
		publish(first.jwk);
		const at = (offset: number) => [{ exp: nowMs / 1000 - offset }, { nbf: nowMs / 1000 + offset }];
		for (const claims of at(seconds - 1))
			expect(await verify(await token(first, undefined, claims), from)).toMatchObject({ sub: 's' });
		for (const claims of at(seconds + 1))
			await expect(verify(await token(first, undefined, claims), from)).rejects.toThrow();
	});

	test('without a key id is verified with each suitable key', async () => {
		publish({ ...first.jwk, kid: 'a' }, null, { ...second.jwk, kid: 'b' });
		expect([await check(first), await check(second)]).toEqual(['s', 's']);
		await expect(check(await keyPair())).rejects.toThrow('signature verification failed');
		expect(fetches()).toBe(1);
	});

	test('with a key id is verified with keys that have no id', async () => {
		publish(first.jwk, second.jwk);
		expect([await check(first, 'x'), await check(second, 'y')]).toEqual(['s', 's']);
	});

	test('with an unknown key id that no key without an id verifies is reported as signed with an unknown key', async () => {
		publish(first.jwk);
		await check(first, 'x');
		await expect(check(second, 'y')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
		publish({ ...first.jwk, kid: 'y' });
		await expect(check(second)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
	});

	test('is verified with each of two keys that have the same id', async () => {
		publish({ ...first.jwk, kid: 'same' }, { ...second.jwk, kid: 'same' });
		expect([await check(first, 'same'), await check(second, 'same')]).toEqual(['s', 's']);
	});

	test.each([{ kid: 'same' }, {}])('is verified with the suitable key among others with %j', async (id) => {
		const others: JWK[] = [
			{ ...second.jwk, use: 'enc' },
			{ ...second.jwk, alg: 'ES384' },
			{ kty: 'RSA', e: 'AQAB', n: 'xcXF' },
			{ kty: 'oct', k: 'AAAA' },
			{ kty: 'AKP' },
			{ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' }
		];
		publish(...[...others, first.jwk].map((key) => ({ ...key, ...id })));
		expect([await check(first, 'same'), await check(first)]).toEqual(['s', 's']);
	});

	test('of the STS whose key was replaced under the same id causes the keys to be loaded again', async () => {
		publish({ ...first.jwk, kid: 'k' });
		await check(first, 'k', 'sts');
		publish({ ...second.jwk, kid: 'k' });
		expect(await check(second, 'k', 'sts')).toBe('s');
		expect(fetches()).toBe(2);
	});

	test('whose key was replaced under the same id cannot be verified while the keys cannot be loaded', async () => {
		publish({ ...first.jwk, kid: 'k' });
		expect(await check(first, 'k', 'sts')).toBe('s');
		publish();
		await expect(check(second, 'k', 'sts')).rejects.toMatchObject({ name: 'KeysUnavailable' });
		expect(await check(first, 'k', 'sts')).toBe('s');
	});

	test('with a wrong signature from an untrusted sender causes the keys to be loaded at most once in 30 s', async () => {
		publish({ ...first.jwk, kid: 'k' });
		await check(first, 'k');
		for (const seconds of [1, 30, 1, 30]) {
			vi.advanceTimersByTime(seconds * 1000);
			await expect(check(second, 'k')).rejects.toThrow('signature verification failed');
		}
		expect(fetches()).toBe(3);
	});

	test('is verified with at most 16 keys', async () => {
		publish(...(await Promise.all(Array.from({ length: 16 }, async () => (await keyPair()).jwk))), first.jwk);
		await expect(check(first)).rejects.toThrow('signature verification failed');
	});
});

describe('discovery', () => {
	test.each<[string, unknown]>([
		['invalid entries', [null, 'ES256', 7]],
		['a string for a list', 'RS256 ES256']
	])('is accepted if its list of algorithms has %s', async (_what, id_token_signing_alg_values_supported) => {
		sts.behaviour.metadata = { id_token_signing_alg_values_supported };
		publish({ ...first.jwk, kid: 'k' });
		expect(await check(first, 'k')).toBe('s');
	});

	test.each([null, [], {}, 7])('allows only RS256 if its list of algorithms is %j', async (algorithms) => {
		sts.behaviour.metadata = { id_token_signing_alg_values_supported: algorithms };
		publish({ ...first.jwk, kid: 'k' });
		await expect(check(first, 'k')).rejects.toThrow('"alg"');
	});
});

describe('a token of an STS that has changed the slash of its issuer', () => {
	const verifyOf = async (iss: string, from: 'sts' | 'untrusted') =>
		(await verify(await token(first, undefined, { iss }), from)).sub;
	const reads = () => sts.requests.filter((url) => url.endsWith('/openid-configuration')).length;
	const changed = [
		{ before: ISSUER, after: `${ISSUER}/` },
		{ before: `${ISSUER}/`, after: ISSUER }
	];

	describe.each(changed)('from $before to $after', ({ before, after }) => {
		beforeEach(async () => {
			publish(first.jwk);
			sts.behaviour.metadata = { issuer: before };
			await verifyOf(before, 'sts');
			sts.behaviour.metadata = { issuer: after };
		});

		test('is accepted from the STS at once', async () => {
			expect(await Promise.all([verifyOf(after, 'sts'), verifyOf(after, 'sts')])).toEqual(['s', 's']);
			expect(reads()).toBe(2);
		});

		test('is accepted from an untrusted sender, after one more read of discovery in ten seconds at most', async () => {
			await expect(verifyOf(after, 'untrusted')).rejects.toMatchObject({ claim: 'iss' });
			vi.advanceTimersByTime(10_000);
			expect(await verifyOf(after, 'untrusted')).toBe('s');
			expect(reads()).toBe(2);
		});

		test('is refused as long as discovery has the other issuer', async () => {
			sts.behaviour.metadata = { issuer: before };
			await expect(verifyOf(after, 'sts')).rejects.toMatchObject({ claim: 'iss' });
		});

		test('causes no read of discovery if it is forged', async () => {
			vi.advanceTimersByTime(10_000);
			const forged = await token(second, undefined, { iss: after });
			await expect(verify(forged, 'untrusted')).rejects.toThrow('signature verification failed');
			expect(reads()).toBe(1);
		});
	});
});
