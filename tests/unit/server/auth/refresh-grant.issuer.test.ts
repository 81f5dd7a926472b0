import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as grant from '$lib/server/auth/refresh-grant';
import { fakeSts, ISSUER } from './fake-sts';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));

const sts = await fakeSts();
let redeemRefreshToken: typeof grant.redeemRefreshToken;
const session = { ...someSession(), refreshToken: 'the-refresh-token' };
const redeem = () => redeemRefreshToken(session);
const issue = (iss: string) => (sts.behaviour = { metadata: { issuer: iss }, claims: { nonce: undefined, iss } });

describe.each([
	{ before: ISSUER, after: `${ISSUER}/` },
	{ before: `${ISSUER}/`, after: ISSUER }
])('while the STS changes its issuer from $before to $after', ({ before, after }) => {
	beforeEach(async () => {
		vi.stubGlobal('fetch', sts.fetch);
		vi.resetModules();
		({ redeemRefreshToken } = await import('$lib/server/auth/refresh-grant'));
		issue(before);
		await redeem();
		sts.requests.length = 0;
	});

	test('sessions are refreshed, and discovery is read again once', async () => {
		issue(after);
		const all = await Promise.all([redeem(), redeem(), redeem()]);
		expect(all.map(({ accessToken }) => accessToken)).toEqual(Array(3).fill('the-access-token'));
		await redeem();
		expect(sts.requests.filter((url) => url.endsWith('/openid-configuration'))).toHaveLength(1);
	});

	test('no session ends if discovery still has the earlier issuer', async () => {
		issue(after);
		sts.behaviour.metadata = { issuer: before };
		await expect(redeem()).rejects.toMatchObject({ fault: 'lost', code: 'id_token_issuer' });
	});

	test('no session ends if discovery cannot be read', async () => {
		issue(after);
		vi.stubGlobal('fetch', (input: string, init: RequestInit) =>
			input.endsWith('/openid-configuration') ? Promise.reject(new TypeError('away')) : sts.fetch(input, init)
		);
		await expect(redeem()).rejects.toMatchObject({ fault: 'lost', code: 'id_token_issuer' });
	});
});
