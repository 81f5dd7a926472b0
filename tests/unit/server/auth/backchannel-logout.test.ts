import { UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { revokeByLogoutToken, MAX_TOKEN_CHARACTERS } from '$lib/server/auth/backchannel-logout';
import { isRevoked, isRevokedNow } from '$lib/server/auth/revoked-sessions';
import { SESSION_SECONDS } from '$lib/server/auth/session';
import { log } from '$lib/server/log';
import { UpstreamError } from '$lib/server/http/upstream-error';
import { verifySignedToken } from '$lib/server/sts/tokens';
import { config } from '../configured';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/tokens', () => ({ verifySignedToken: vi.fn() }));

const nowSeconds = () => Math.floor(Date.now() / 1000);
let count = 0;
const fresh = () => {
	const id = ++count;
	return someSession({ id: `id-${id}`, sub: `sub-${id}`, sid: `sid-${id}`, endsAt: nowSeconds() + 3600 });
};

beforeEach(() => {
	vi.mocked(verifySignedToken).mockReset();
});

const claimsOf = (changes: object) => ({
	iss: config().sts.issuer,
	aud: config().sts.clientId,
	jti: crypto.randomUUID(),
	iat: nowSeconds(),
	events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
	...changes
});
const tokenOf = (changes: object = { sid: 'x' }) => new UnsecuredJWT(claimsOf(changes)).encode();

/** A token whose signature is right. */
function says(changes: { jti?: string; iat?: number; sid?: string | undefined; sub?: string }) {
	const claims = claimsOf(changes);
	vi.mocked(verifySignedToken).mockResolvedValue(claims);
	return revokeByLogoutToken(new UnsecuredJWT(claims).encode(), 'r1');
}

describe('a logout token', () => {
	test('ends the session that it names', async () => {
		const session = fresh();
		await says({ sid: session.sid });
		expect(await isRevoked(session)).toBe(true);
	});

	test('that names a session and a subject also ends the sessions of the subject that have no session id', async () => {
		const session = fresh();
		const unnamed = { ...session, id: 'unnamed', sid: undefined };
		const another = { ...session, id: 'another', sid: 'another' };
		const later = { ...unnamed, id: 'later', startedAt: nowSeconds() + 1 };
		const others = { ...unnamed, id: 'others', sub: 'somebody-else' };
		await says({ sid: session.sid, sub: session.sub });
		const ended = await Promise.all([session, unnamed, another, later, others].map(isRevokedNow));
		expect(ended).toEqual([true, true, false, false, false]);
	});

	test('that names no subject ends no session without a session id', async () => {
		const session = fresh();
		await says({ sid: session.sid });
		expect(await isRevokedNow({ ...session, sid: undefined })).toBe(false);
	});

	test('that arrives late does not end a session that began after it was issued', async () => {
		const begunAt = nowSeconds() - 10;
		const session = { ...fresh(), endsAt: begunAt + SESSION_SECONDS };
		await says({ sub: session.sub, iat: begunAt - 10 });
		expect(await isRevoked(session)).toBe(false);
		await says({ sub: session.sub, iat: begunAt + 1 });
		expect(await isRevokedNow(session)).toBe(true);
	});

	test('whose time of issue has decimals does not end a session that began later', async () => {
		const begunAt = (secondsAgo: number) => ({ ...fresh(), endsAt: nowSeconds() - secondsAgo + SESSION_SECONDS });
		const before = begunAt(20);
		const after = { ...begunAt(2), sub: before.sub };
		await says({ sub: before.sub, iat: nowSeconds() - 10 + 0.000_25 });
		expect([await isRevokedNow(before), await isRevokedNow(after)]).toEqual([true, false]);
	});

	test('is accepted up to half an hour late, and no later', async () => {
		await expect(says({ sid: 'x', iat: nowSeconds() - 29 * 60 })).resolves.toBeUndefined();
		await expect(says({ sid: 'x', iat: nowSeconds() - 31 * 60 })).rejects.toMatchObject({ code: 'invalid_request' });
	});

	test('is accepted from a clock that is up to a minute and a half ahead, and no more', async () => {
		await expect(says({ sid: 'x', iat: nowSeconds() + 85 })).resolves.toBeUndefined();
		await expect(says({ sid: 'x', iat: nowSeconds() + 95 })).rejects.toMatchObject({ code: 'invalid_request' });
	});

	test.each([-60, 60])(
		'ends only sessions that began before it, even if the clock of the STS is %i s off',
		async (offset) => {
			const begunAt = (secondsAgo: number) => ({
				...fresh(),
				endsAt: nowSeconds() - secondsAgo + SESSION_SECONDS,
				issuedAt: nowSeconds() - secondsAgo + offset
			});
			const before = begunAt(20);
			const after = { ...begunAt(2), sub: before.sub };
			await says({ sub: before.sub, iat: nowSeconds() - 10 + offset });
			expect([await isRevokedNow(before), await isRevokedNow(after)]).toEqual([true, false]);

			const named = begunAt(20);
			await says({ sid: named.sid, iat: nowSeconds() + offset });
			expect(await isRevokedNow(named)).toBe(true);
		}
	);

	test('counts once', async () => {
		const session = fresh();
		await says({ sid: 'x', jti: 'used' });
		await expect(says({ sid: session.sid, jti: 'used' })).rejects.toMatchObject({ code: 'invalid_request' });
		expect(await isRevoked(session)).toBe(false);
	});

	test('is refused if it is invalid', async () => {
		vi.mocked(verifySignedToken).mockRejectedValue(new Error('no JWT'));
		await expect(revokeByLogoutToken(tokenOf(), 'r1')).rejects.toMatchObject({ status: 400 });
	});

	test('that is invalid is logged within the limit, and an unreachable STS is logged as a warning', async () => {
		const warn = vi.spyOn(log, 'warn').mockReturnValue();
		const limited = vi.spyOn(log, 'limited').mockReturnValue();
		vi.mocked(verifySignedToken).mockRejectedValueOnce(new Error('no JWT'));
		await expect(revokeByLogoutToken(tokenOf(), 'r1')).rejects.toThrow();
		expect([warn.mock.calls.length, limited.mock.calls.length]).toEqual([0, 1]);
		vi.mocked(verifySignedToken).mockRejectedValueOnce(new UpstreamError('unreachable'));
		await expect(revokeByLogoutToken(tokenOf(), 'r1')).rejects.toThrow();
		expect([warn.mock.calls.length, limited.mock.calls.length]).toEqual([1, 1]);
	});

	test('results in 503 if the keys of the STS are unavailable, so that the STS sends it again', async () => {
		vi.mocked(verifySignedToken).mockRejectedValue(new UpstreamError('cut_off'));
		await expect(revokeByLogoutToken(tokenOf(), 'r1')).rejects.toMatchObject({ status: 503 });
	});

	test('that is too long is refused before it is verified', async () => {
		const token = tokenOf({ sid: 'a'.repeat(100), padding: 'a'.repeat(MAX_TOKEN_CHARACTERS) });
		await expect(revokeByLogoutToken(token, 'r1')).rejects.toMatchObject({ code: 'invalid_request' });
		expect(verifySignedToken).not.toHaveBeenCalled();
	});
});
