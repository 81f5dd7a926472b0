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
	const data = load(event as unknown as Parameters<typeof load>[0]) as Record<
		'stayUrl' | 'signInUrl' | 'endedUrl',
		string
	>;
	const returnTo = (url: string) => new URL(url, event.url).searchParams.get('returnTo');
	expect([data.stayUrl, returnTo(data.signInUrl), returnTo(data.endedUrl)]).toEqual([back, back, back]);
});
