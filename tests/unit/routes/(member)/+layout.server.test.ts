import { expect, test, vi } from 'vitest';
import { requestEvent } from '../../../harness/request-event';
import { load } from '../../../../src/routes/(member)/+layout.server';
import { someSession } from '../../server/auth/session-fixture';

vi.mock('$lib/server/config', () => import('../../server/configured'));

const STEP_UP = '/step-up?stepUp=backend.grades&returnTo=%2Fapi%2Fbackends%2Fgrades%2Fmine';

test.each([
	['/account', '/account'],
	[STEP_UP, STEP_UP],
	['/account?notice=unlinked', '/account']
])('the warning before the end of a session, and the sign-in after it, lead from %s to %s', (path, back) => {
	const event = requestEvent({ path, session: someSession() });
	const data = load(event as unknown as Parameters<typeof load>[0]) as {
		stayUrl: string;
		signInUrl: string;
		endedUrls: Record<'session_expired' | 'session_ended', string>;
	};
	expect(data.stayUrl).toBe(back);
	expect(new URL(data.signInUrl, event.url).searchParams.get('returnTo')).toBe(back);
	for (const [error, url] of Object.entries(data.endedUrls))
		expect([...new URL(url, event.url).searchParams]).toEqual([
			['error', error],
			['returnTo', back]
		]);
	expect(Object.keys(data.endedUrls)).toEqual(['session_expired', 'session_ended']);
});
