import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { verifyIdToken } from '$lib/server/sts/id-token';
import { fakeSts, ISSUER } from '../auth/fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));

const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);
beforeEach(() => {
	sts.requests = [];
});

const now = () => Math.floor(Date.now() / 1000);
const context = { accessToken: 'the-access-token', signIn: { code: 'the-code', nonce: 'the-nonce' } };
const halfHash = (value: string, bits = 256) =>
	createHash(`sha${bits}`)
		.update(value)
		.digest()
		.subarray(0, bits / 16)
		.toString('base64url');
const idToken = (claims: object) =>
	sts.sign({
		iss: ISSUER,
		aud: 'portal-client',
		sub: 'subject-1',
		nonce: 'the-nonce',
		iat: now(),
		exp: now() + 600,
		...claims
	});
const verify = async (claims: object) => verifyIdToken(await idToken(claims), context);

describe('an ID token', () => {
	test.each<[string, () => object]>([
		['with only the required claims', () => ({})],
		['of this client as authorized party', () => ({ azp: 'portal-client' })],
		['for several audiences, of this client', () => ({ aud: ['api', 'portal-client'], azp: 'portal-client' })],
		['for one audience in a list', () => ({ aud: ['portal-client'] })],
		['of a clock that is minutes ahead', () => ({ iat: now() + 290 })],
		['with the hash of the access token', () => ({ at_hash: halfHash('the-access-token') })],
		['with the hash of the code', () => ({ c_hash: halfHash('the-code') })],
		['with null for optional claims', () => ({ azp: null, at_hash: null, c_hash: null })]
	])('%s is accepted', async (_, claims) => {
		expect(await verify(claims())).toMatchObject({ sub: 'subject-1' });
	});

	test.each<[string, string, () => object]>([
		['for another client as authorized party', 'azp', () => ({ azp: 'another-client' })],
		['whose authorized party is not a string', 'azp', () => ({ azp: ['portal-client'] })],
		['for several audiences without an authorized party', 'azp', () => ({ aud: ['portal-client', 'api'] })],
		['that was issued far in the future', 'iat', () => ({ iat: now() + 600 })],
		['with another nonce', 'nonce', () => ({ nonce: 'another-nonce' })],
		['without a nonce', 'nonce', () => ({ nonce: undefined })],
		['with a null nonce', 'nonce', () => ({ nonce: null })],
		['with the hash of another access token', 'at_hash', () => ({ at_hash: halfHash('another') })],
		[
			'with the whole hash',
			'at_hash',
			() => ({ at_hash: createHash('sha256').update('the-access-token').digest('base64url') })
		],
		['with a hash that is not a string', 'at_hash', () => ({ at_hash: 1 })],
		['with the hash of another code', 'c_hash', () => ({ c_hash: halfHash('another') })]
	])('%s is refused before any key is fetched', async (_, claim, claims) => {
		await expect(verify(claims())).rejects.toMatchObject({
			name: 'IdTokenRefused',
			claim,
			code: `id_token_${claim}`
		});
		expect(sts.requests).toEqual([]);
	});

	test.each<[string, () => object]>([
		['without iat', () => ({ iat: undefined })],
		['without exp', () => ({ exp: undefined })],
		['that has expired', () => ({ exp: now() - 100 })],
		['that is not valid yet', () => ({ nbf: now() + 100 })],
		['for another audience', () => ({ aud: 'another-client' })]
	])('%s is refused', async (_, claims) => {
		await expect(verify(claims())).rejects.toThrow();
	});

	test.each([
		['ahead', () => ({ exp: now() - 60 })],
		['behind', () => ({ iat: now() + 60, nbf: now() + 60 })]
	])('is accepted by an instance whose clock is a minute %s', async (_, claims) => {
		expect(await verify(claims())).toMatchObject({ sub: 'subject-1' });
	});

	test('of a refresh is accepted without a check of its c_hash', async () => {
		const token = await idToken({ c_hash: halfHash('the-code-of-the-sign-in') });
		expect(await verifyIdToken(token, { accessToken: 'the-access-token' })).toMatchObject({ sub: 'subject-1' });
	});
});
