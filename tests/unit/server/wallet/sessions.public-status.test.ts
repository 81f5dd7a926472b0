import { expect, test, vi } from 'vitest';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import type { SessionStatus } from '$lib/server/bridge/normalize';
import { publicStatus } from '$lib/server/wallet/sessions';

vi.mock('$lib/server/config', () => import('../configured'));

const ID = '0123456789abcdef0123456789abcdef';

test('browsers and API clients read the documented fields of a status, and no others', () => {
	vi.useFakeTimers({ now: 1_800_000_000_000 });
	const owned: OwnedSession = {
		id: ID,
		requestUri: 'openid4vp://x',
		startedAt: Date.now(),
		expiresAt: Date.now() + 300_000,
		returnTo: '/account',
		idv: 'none',
		completed: false
	};
	const status: SessionStatus = {
		sessionId: ID,
		status: 'IDV_REQUIRED',
		idvRequired: true,
		idvRequirementReason: 'EXPIRED_BINDING',
		reconciliationPlanType: 'STEP_UP',
		bridgeExpiresAt: Date.now() + 300_000,
		errorCode: 'idv_failed'
	};
	expect(publicStatus(status, owned)).toEqual({
		sessionId: ID,
		status: 'IDV_REQUIRED',
		idvRequired: true,
		idvRequirementReason: 'EXPIRED_BINDING',
		reconciliationPlanType: 'STEP_UP',
		expiresInMs: 300_000
	});
	vi.useRealTimers();
});
