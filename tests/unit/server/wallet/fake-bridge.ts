import { beforeEach, vi } from 'vitest';
import type { SessionStatus } from '$lib/server/bridge/normalize';
import { keepOwned, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';

/**
 * The Auth Bridge's client, each method a mock. This module takes the place of `wallet/bridge.ts`, so it must not import anything
 * that imports that one: `vi.mock('$lib/server/wallet/bridge', () => import('./fake-bridge'))`.
 */
export const fake = {
	readStatus: vi.fn(),
	readFreshStatus: vi.fn(),
	readStatusForPage: vi.fn(),
	readIdvStatus: vi.fn(),
	readPerson: vi.fn(),
	complete: vi.fn(),
	initiateIdv: vi.fn(),
	finishIdv: vi.fn(),
	submitIdv: vi.fn()
};
export const bridge = () => fake;
export const credentialFor = () => ({ requestId: 'r1' });

export const ID = '0123456789abcdef0123456789abcdef';
export const plan = (changes = {}) => ({
	sessionId: ID,
	status: 'IDV_REQUIRED',
	planType: null,
	reason: null,
	candidates: [],
	...changes
});

beforeEach(() => {
	vi.resetAllMocks();
	fake.readIdvStatus.mockResolvedValue(plan());
	fake.readPerson.mockResolvedValue({ givenName: 'Robin' });
});

export function bridgeSays(status: SessionStatusValue, changes: Partial<SessionStatus> = {}) {
	const plan = { idvRequired: false, idvRequirementReason: null, reconciliationPlanType: null };
	const response: SessionStatus = { sessionId: ID, status, ...plan, bridgeExpiresAt: null, ...changes };
	fake.readStatus.mockResolvedValue(response);
	fake.readFreshStatus.mockResolvedValue(response);
	fake.readStatusForPage.mockResolvedValue(response);
}

export async function browser(changes: Partial<OwnedSession> = {}, path = '/login/wallet') {
	const cookies = fakeCookies();
	const now = Date.now();
	const owned: OwnedSession = {
		id: ID,
		requestUri: 'openid4vp://?request_uri=x',
		startedAt: now,
		expiresAt: now + 300_000,
		returnTo: '/account',
		idv: 'none',
		completed: false,
		...changes
	};
	await keepOwned(cookies, owned);
	return { event: requestEvent({ path, cookie: cookies.next() }), owned };
}
