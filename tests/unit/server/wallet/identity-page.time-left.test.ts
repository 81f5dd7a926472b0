import { afterEach, expect, test, vi } from 'vitest';
import { identityStep } from '$lib/server/wallet/identity-page';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { bridgeSays, browser, fake, ID, plan } from './fake-bridge';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => import('./fake-bridge'));

afterEach(() => vi.useRealTimers());

test.each<[string, SessionStatusValue, Partial<OwnedSession>, object]>([
	['explain', 'IDV_REQUIRED', {}, {}],
	['confirm', 'IDV_REQUIRED', {}, { planType: 'MANUAL_REVIEW' }],
	['in-progress', 'RECONCILING', { idv: 'started' }, { planType: 'RUN_IDV' }],
	['review', 'RECONCILING', { idv: 'manual' }, {}]
])('the screen %s names its session, and the time that is left', async (screen, status, changes, planned) => {
	vi.useFakeTimers({ toFake: ['Date'] });
	const { event } = await browser(changes);
	vi.setSystemTime(Date.now() + 60_000);
	bridgeSays(status);
	fake.readIdvStatus.mockResolvedValue(plan(planned));
	expect(await identityStep(event)).toMatchObject({ view: { screen, sessionId: ID, expiresInMs: 240_000 } });
});

test('a session that the Auth Bridge has shortened has less time', async () => {
	vi.useFakeTimers({ toFake: ['Date'] });
	const bridgeExpiresAt = Date.now() + 300_000;
	const { event } = await browser({ bridgeExpiresAt });
	bridgeSays('IDV_REQUIRED', { bridgeExpiresAt: bridgeExpiresAt - 60_000 });
	expect(await identityStep(event)).toMatchObject({ view: { expiresInMs: 240_000 } });
});

test('a session whose wallet is known only after completing it has the time of its status', async () => {
	vi.useFakeTimers({ toFake: ['Date'] });
	const { event } = await browser();
	bridgeSays('VERIFIED');
	fake.complete.mockResolvedValue({ kind: 'idv_required', reason: null });
	expect(await identityStep(event)).toMatchObject({ view: { screen: 'explain', expiresInMs: 300_000 } });
});
