import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import { remainingMs } from '$lib/server/wallet/sessions';
import { assertProperty } from '../../../harness/property';

vi.mock('$lib/server/config', () => import('../configured'));

const NOW_MS = 1_800_000_000_000;
const owned = (changes: Partial<OwnedSession> = {}): OwnedSession => ({
	id: '0123456789abcdef0123456789abcdef',
	requestUri: 'openid4vp://x',
	startedAt: NOW_MS,
	expiresAt: NOW_MS + 300_000,
	returnTo: '/account',
	idv: 'none',
	completed: false,
	...changes
});
const responseWith = (bridgeExpiresAt: number | null) => ({
	sessionId: 's',
	status: 'PENDING' as const,
	idvRequired: false,
	idvRequirementReason: null,
	reconciliationPlanType: null,
	bridgeExpiresAt
});
const left = (bridgeExpiresAt: number | null, session = owned(), atMs = NOW_MS) =>
	remainingMs(responseWith(bridgeExpiresAt), session, atMs);

describe('the time that a wallet session has left', () => {
	test('is determined at its creation if the Bridge reports no expiry', () => {
		expect(left(null, owned(), NOW_MS + 100_000)).toBe(200_000);
		expect(left(null, owned(), NOW_MS + 400_000)).toBe(0);
	});

	test.each([-360_000, -86_400_000, 0, 360_000, 3_600_000])(
		'does not depend on a Bridge clock that is wrong by %i ms',
		(wrongMs) => {
			const session = owned({ bridgeExpiresAt: NOW_MS + 300_000 + wrongMs });
			expect(left(NOW_MS + 300_000 + wrongMs, session, NOW_MS + 1000)).toBe(299_000);
			// Shortened by the Bridge, on its own clock.
			expect(left(NOW_MS + 120_000 + wrongMs, session, NOW_MS + 1000)).toBe(119_000);
			// Extended by the Bridge: not believed.
			expect(left(NOW_MS + 900_000 + wrongMs, session, NOW_MS + 1000)).toBe(299_000);
		}
	);

	test('is not shortened below the minimum lifetime, which would mean that the clock was changed', () => {
		const session = owned({ bridgeExpiresAt: NOW_MS + 300_000 });
		expect(left(NOW_MS + 29_000, session)).toBe(300_000);
		expect(left(NOW_MS - 60_000, session)).toBe(300_000);
		expect(left(0, session)).toBe(300_000);
		expect(left(NOW_MS + 30_000, session)).toBe(30_000);
	});

	test('does not depend on the Bridge’s clock without an expiry at creation, or after verification has started', () => {
		for (const bridgeExpiresAt of [NOW_MS + 100_000, NOW_MS + 900_000, NOW_MS - 60_000])
			expect(left(bridgeExpiresAt, owned(), NOW_MS + 1000)).toBe(299_000);
	});

	test('is never negative, and never more than at the creation', () => {
		const times = fc.double({ noNaN: true });
		void assertProperty(
			fc.property(times, fc.option(times), fc.integer({ min: 0, max: 1e7 }), (later, atCreation, ageMs) => {
				const session = owned(atCreation === null ? {} : { bridgeExpiresAt: atCreation });
				const ms = left(later, session, NOW_MS + ageMs);
				expect(ms).toBeGreaterThanOrEqual(0);
				expect(ms).toBeLessThanOrEqual(Math.max(0, 300_000 - ageMs));
			})
		);
	});
});
