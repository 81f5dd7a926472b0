import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tokenTimes } from '$lib/server/auth/session-tokens';
import { configure } from '../configured';
import { SIGNED_IN_AT } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));

beforeEach(() => vi.useFakeTimers({ now: SIGNED_IN_AT * 1000 + 250, toFake: ['Date'] }));
afterEach(() => {
	vi.useRealTimers();
	configure();
});

/** How long tokens are good for, and how long before that they are renewed. */
function times(lifeSeconds: number) {
	const { expiresAt = 0, refreshAt = 0 } = tokenTimes(lifeSeconds);
	return [expiresAt - SIGNED_IN_AT, expiresAt - refreshAt];
}

test.each([
	['an hour', 3600, 60],
	['four minutes', 240, 60],
	['a minute', 60, 15],
	['five seconds', 5, 1.25],
	['zero seconds', 0, 0]
])(
	'tokens that live for %s are refreshed a minute or a quarter of their lifetime before they expire',
	(_, life, grace) => {
		expect(times(life)).toEqual([life, grace]);
	}
);

test('the grace period is configurable, but at most a quarter of the lifetime', () => {
	configure({ REFRESH_GRACE_SECONDS: '300' });
	expect([times(3600), times(600)]).toEqual([
		[3600, 300],
		[600, 150]
	]);
});

test('a fractional lifetime is rounded down to whole seconds, as the cookie requires', () => {
	expect(tokenTimes(59.5).expiresAt).toBe(SIGNED_IN_AT + 59);
});

test('no times are set for tokens whose lifetime the STS does not state', () => {
	expect(tokenTimes(undefined)).toEqual({});
});
