import { expect, test } from 'vitest';
import { hasSignedInSince, loginPath } from '$lib/server/auth/login-page';
import { helpCodeOf, newRequestId } from '$lib/server/http/headers';
import { someSession } from './session-fixture';

const failure = { error: 'access_denied', requestId: 'a1b2c3d4e5f6' } as const;

test.each([
	['neither a return path nor an outcome', loginPath(null), '/login'],
	['an empty return path', loginPath(''), '/login'],
	['a return path', loginPath('/help?a=1'), '/login?returnTo=%2Fhelp%3Fa%3D1'],
	['an error', loginPath(null, failure), '/login?error=access_denied&helpCode=a1b2c3d4e5f6'],
	[
		'the end of a session',
		loginPath(null, { ...failure, error: 'session_ended', endedAt: 1_795_000_000 }),
		'/login?error=session_ended&helpCode=a1b2c3d4e5f6&endedAt=1795000000'
	],
	['a cancelled sign-in', loginPath('/x', { notice: 'nothing_shared' }), '/login?returnTo=%2Fx&stopped=nothing_shared'],
	['both', loginPath('/x', failure), '/login?error=access_denied&returnTo=%2Fx&helpCode=a1b2c3d4e5f6']
])('the path of the login page with %s is %s', (_name, path, expected) => {
	expect(path).toBe(expected);
});

test.each([
	['is newer than one that ended before it began', '1794999999', true],
	['is newer than one whose time is unknown', null, true],
	['is not newer than one that ended in the second in which it began', '1795000000', false],
	['is not newer than one that ended at an unreadable time', 'x', false]
])('a session %s', (_what, endedAt, isNewer) => {
	expect(hasSignedInSince({ ...someSession(), startedAt: 1_795_000_000 }, endedAt)).toBe(isNewer);
});

test('a new request id is a valid help code', () => {
	const id = newRequestId();
	expect(helpCodeOf(id)).toBe(id);
	expect(newRequestId()).not.toBe(id);
});

test.each([null, '', 'A1B2C3D4E5F6', 'a1b2c3d4e5f', 'a1b2c3d4e5f6 ', 'a1b2c3d4e5f6\n', '<script>1234'])(
	'%j is not a valid help code',
	(text) => expect(helpCodeOf(text)).toBeNull()
);
