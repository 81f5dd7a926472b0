import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { IdentityClaims } from '$lib/server/sts/id-token';
import { publicSession } from '$lib/server/auth/account-sessions';
import { isProvider, type Session, SessionSchema } from '$lib/server/auth/session';
import { newSession } from '$lib/server/auth/sign-in-result';
import { lackingOf } from '$lib/server/auth/step-up';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));

const NOW = 1_800_000_000;
const tokens = {
	accessToken: 'secret-access',
	refreshToken: 'secret-refresh',
	idToken: 'secret-id',
	expiresAt: NOW + 3600
};
const claims = v.parse(IdentityClaims, {
	sub: 'subject-1',
	federated_subject: 'user-1',
	name: 'Robin Student',
	email: 'robin@uni.example',
	eduid: 'eduid-1',
	schac_home_organization: 'uni.example',
	institution_id: 'uni-1',
	acr: 'high',
	amr: ['otp'],
	sid: 'sts-session-1',
	auth_time: NOW - 60
});
const facts = {
	provider: 'sts-wallet',
	requestsLogin: false,
	startedAt: NOW - 30,
	endedAt: NOW,
	sessionStartsAt: NOW + 1
} as const;
const session = newSession(claims, tokens, facts);

describe('a new session', () => {
	test('has the person, the method and the tokens', () => {
		expect(session).toMatchObject({
			...tokens,
			provider: 'sts-wallet',
			sub: 'subject-1',
			userId: 'user-1',
			institution: 'uni.example',
			institutionId: 'uni-1',
			sid: 'sts-session-1',
			authTime: NOW - 60,
			startedAt: NOW + 1,
			generation: 0
		});
	});

	test('lasts for 24 hours', () => expect(session.endsAt).toBe(NOW + 86_400));

	test('lasts for SESSION_MAX_AGE', () => {
		configure({ SESSION_MAX_AGE: '604800' });
		expect(newSession(claims, tokens, facts).endsAt).toBe(NOW + 604_800);
		configure();
	});

	test('is active from its start with an idle timeout, so that its first cookie can become idle', () => {
		expect(session.activeAt).toBeUndefined();
		configure({ SESSION_IDLE_TIMEOUT: '300' });
		expect(newSession(claims, tokens, facts).activeAt).toBe(facts.endedAt);
		configure();
	});

	test.each([
		[-60, true],
		[60, true],
		[-300, false],
		[-3600, false],
		[3600, false]
	])('records the issue time of an ID token that is %i s from the portal’s clock: %s', (offset, isSaid) => {
		const parsed = v.parse(IdentityClaims, { sub: 's', iat: NOW + offset });
		expect(newSession(parsed, tokens, facts).issuedAt).toBe(isSaid ? NOW + offset : undefined);
	});

	test('has a random id', () => {
		expect(session.id).toMatch(/^[\da-f-]{36}$/);
		expect(newSession(claims, tokens, facts).id).not.toBe(session.id);
	});

	const isFresh = (of: Session) => lackingOf(of, { acr: [], maxAgeSeconds: 15 * 60 }, NOW) === null;

	/** Whether the person proved who they are just now, by an STS that says this of the time. */
	function freshBy(auth_time: unknown, requestsLogin: boolean): boolean {
		const parsed = v.parse(IdentityClaims, { sub: 's', ...(auth_time !== undefined && { auth_time }) });
		return isFresh(newSession(parsed, tokens, { ...facts, requestsLogin }));
	}
	test.each([undefined, null])(
		'is fresh without auth_time (%s) only if re-authentication was requested',
		(auth_time) => {
			expect([freshBy(auth_time, false), freshBy(auth_time, true)]).toEqual([false, true]);
		}
	);

	test.each([
		['a time in the future', NOW + 3600],
		['a time before 1970', -1],
		['zero', 0],
		['a text', 'today'],
		['a boolean', true],
		['a number too large for a time', Number.MAX_VALUE]
	])('is not fresh if auth_time is %s, even if re-authentication was requested', (_, auth_time) => {
		expect([freshBy(auth_time, false), freshBy(auth_time, true)]).toEqual([false, false]);
	});

	test.each([
		['decimals', NOW - 3600.25],
		['milliseconds', (NOW - 3600) * 1000],
		['a text of digits', String(NOW - 3600)]
	])('is not fresh if auth_time is an hour ago in %s, even if re-authentication was requested', (_, auth_time) => {
		expect(freshBy(auth_time, true)).toBe(false);
	});

	test.each([
		[NOW, true],
		[NOW - 15 * 60, true],
		[NOW - 15 * 60 - 1, false],
		[NOW + 20, true]
	])('with auth_time %i is fresh at 1800000000: %s', (auth_time, fresh) => {
		expect([freshBy(auth_time, false), freshBy(auth_time, true)]).toEqual([fresh, fresh]);
	});

	test('records that the STS ignored a request for re-authentication', () => {
		const by = (auth_time: number, requestsLogin: boolean) =>
			newSession(v.parse(IdentityClaims, { sub: 's', auth_time }), tokens, { ...facts, requestsLogin }).isReauthIgnored;
		expect([by(NOW - 3600, true), by(NOW - 3600, false), by(NOW - 10, true)]).toEqual([true, undefined, undefined]);
	});

	test.each([
		['75 s behind', 75, 0, NOW],
		['75 s ahead', -75, 0, NOW],
		['75 s behind, and an authentication of an hour ago', 75, 3600, NOW - 3600],
		['at most 30 s behind, which the tolerance covers', 30, 0, NOW - 30],
		['so far behind that its tokens are not accepted', 91, 0, NOW - 91]
	])('knows the time of the authentication by an STS whose clock is %s', (_, behind, ago, authTime) => {
		const parsed = v.parse(IdentityClaims, { sub: 's', iat: NOW - behind, auth_time: NOW - behind - ago });
		const { isReauthIgnored, ...made } = newSession(parsed, tokens, { ...facts, requestsLogin: true });
		expect(made.authTime).toBe(authTime);
		expect(isReauthIgnored ?? false).toBe(ago > 0 || behind > 90);
	});

	test('does not correct the time of the authentication by an `iat` that the STS sets back', () => {
		const parsed = v.parse(IdentityClaims, { sub: 's', iat: NOW - 60, auth_time: NOW - 5 });
		const { authTime, isReauthIgnored } = newSession(parsed, tokens, { ...facts, requestsLogin: true });
		expect([authTime, isReauthIgnored]).toEqual([NOW - 5, undefined]);
	});

	test.each([NOW * 1000, NOW + 3600])('that an earlier version sealed with auth_time %i is not fresh', (authTime) => {
		expect(isFresh({ ...session, authTime })).toBe(false);
	});

	test('is unchanged after serialization', () => {
		expect(v.parse(SessionSchema, JSON.parse(JSON.stringify(session)))).toEqual(session);
	});
});

describe('the public session', () => {
	test('contains exactly the expected fields', () => {
		expect(publicSession(session, Date.parse('2027-01-16T07:58:30.500Z'))).toEqual({
			user: {
				id: 'user-1',
				name: 'Robin Student',
				email: 'robin@uni.example',
				eduid: 'eduid-1',
				institution: 'uni.example'
			},
			provider: 'sts-wallet',
			assurance: { acr: 'high', amr: ['otp'] },
			expires: '2027-01-16T08:00:00.000Z',
			expiresInMs: 89_500,
			idleExpiresInMs: null
		});
	});

	test('never has a negative remaining time', () => {
		expect(publicSession(session, Date.parse('2027-01-16T08:00:01Z')).expiresInMs).toBe(0);
	});

	test('has null for unknown values', () => {
		const { user, assurance } = publicSession(newSession(v.parse(IdentityClaims, { sub: 's' }), tokens, facts));
		expect(user).toEqual({ id: 's', name: null, email: null, eduid: null, institution: null });
		expect(assurance).toEqual({ acr: null, amr: [] });
	});

	test('contains no token, by name or by value', () => {
		const text = JSON.stringify(publicSession(session));
		expect(text).not.toMatch(/token|secret|sts-session/i);
	});
});

test.each([
	['sts', true],
	['sts-wallet', true],
	['STS', false],
	['credentials', false],
	['', false],
	[null, false]
])('%s is a valid provider: %s', (text, known) => expect(isProvider(text)).toBe(known));
