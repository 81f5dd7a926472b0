import type { Session } from '$lib/server/auth/session';

/** Unix seconds at which the fixture's person signed in. */
export const SIGNED_IN_AT = 1_800_000_000;
const DAY_SECONDS = 24 * 60 * 60;

/** Somebody who has signed in, with these differences. */
export function someSession(changes: Partial<Session> = {}): Session {
	return {
		id: 'session-1',
		generation: 0,
		provider: 'sts',
		sub: 'subject-1',
		userId: 'user-1',
		name: 'Robin Student',
		amr: ['pwd'],
		authTime: SIGNED_IN_AT,
		endsAt: SIGNED_IN_AT + DAY_SECONDS,
		accessToken: 'the-access-token',
		refreshToken: 'the-refresh-token',
		idToken: 'the-id-token',
		expiresAt: SIGNED_IN_AT + 3600,
		sealedAt: SIGNED_IN_AT,
		...changes
	};
}
