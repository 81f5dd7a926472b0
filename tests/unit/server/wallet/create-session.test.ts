import { expect, test, vi } from 'vitest';
import { beginLoginTransaction } from '$lib/server/auth/login-page';
import { createWalletSession } from '$lib/server/wallet/create-session';
import { keepOwned, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { Problem } from '$lib/server/http/problem';
import { requestEvent } from '../../../harness/request-event';
import { startMetrics } from '../metrics-reader';

vi.mock('$lib/server/config', () => import('../configured'));
const created = vi.hoisted(() => vi.fn());
vi.mock('$lib/server/wallet/bridge', () => ({
	bridge: () => ({ createSession: created }),
	credentialFor: () => ({})
}));
created.mockImplementation(async () => ({
	sessionId: `new${created.mock.calls.length}`,
	requestUri: 'openid4vp://?request_uri=x',
	expiresInMs: 300_000,
	bridgeExpiresAt: null,
	requestedClaims: [],
	dcRequest: null
}));

const metrics = startMetrics();

/** A browser with wallet sessions in these states of identity verification. */
async function browserWith(...states: readonly OwnedSession['idv'][]) {
	const event = requestEvent();
	beginLoginTransaction(event.cookies);
	for (const [n, idv] of states.entries()) {
		const times = { startedAt: Date.now() - 1000 * n, expiresAt: Date.now() + 300_000 };
		const session = { id: `w${n}`, requestUri: null, returnTo: '/account', completed: false, ...times, idv };
		await keepOwned(event.cookies, session);
	}
	return event;
}

test('a browser with four wallet sessions in identity verification cannot create a fifth, and gets Retry-After', async () => {
	const event = await browserWith('started', 'started', 'manual', 'manual');
	const refused: unknown = await createWalletSession(event, { returnTo: '/account' }).catch((error: unknown) => error);
	expect(refused).toMatchObject({
		code: 'rate_limited',
		headers: { 'retry-after': expect.stringMatching(/^35\d\d$/) }
	});
	expect(created).not.toHaveBeenCalled();
});

test('wallet sessions whose identity verification has ended, or that wait for a scan, do not count', async () => {
	const event = await browserWith('started', 'started', 'manual', 'done', 'none');
	await expect(createWalletSession(event, { returnTo: '/account' })).resolves.toMatchObject({ idv: 'none' });
});

test('sessions are counted by whether the services created them, without the errors of a caller', async () => {
	expect(await metrics.series('portal.wallet_sessions')).toEqual([{ result: 'ok' }, { result: 'failed' }]);
	const countOf = async (wanted: string): Promise<number> =>
		(await metrics.counted('portal.wallet_sessions')).find(([{ result }]) => result === wanted)?.[1] ?? 0;
	const before = await countOf('ok');
	const create = async () => createWalletSession(await browserWith(), { returnTo: '/account' });
	await create();
	created.mockRejectedValueOnce(new Problem('upstream_invalid'));
	await expect(create()).rejects.toThrow();
	created.mockRejectedValueOnce(new Problem('unauthorized'));
	await expect(create()).rejects.toThrow();
	expect([await countOf('ok'), await countOf('failed')]).toEqual([before + 1, 1]);
});
