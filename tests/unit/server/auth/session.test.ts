import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { IdentityClaims } from '$lib/server/sts/id-token';
import { publicSession } from '$lib/server/api/schemas';
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

	test('lasts as long as SESSION_MAX_AGE says', () => {
		configure({ SESSION_MAX_AGE: '604800' });
		expect(newSession(claims, tokens, facts).endsAt).toBe(NOW + 604_800);
		configure();
	});

	test('counts as active from its start with an idle timeout, so that its first cookie becomes idle too', () => {
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
	])('of an ID token whose time is %i s from ours says when the STS issued it: %s', (offset, isSaid) => {
		const parsed = v.parse(IdentityClaims, { sub: 's', iat: NOW + offset });
		expect(newSession(parsed, tokens, facts).issuedAt).toBe(isSaid ? NOW + offset : undefined);
	});

	test('has a random id of its own', () => {
		expect(session.id).toMatch(/^[\da-f-]{36}$/);
		expect(newSession(claims, tokens, facts).id).not.toBe(session.id);
	});

	const isFresh = (of: Session) => lackingOf(of, { acr: [], maxAgeSeconds: 15 * 60 }, NOW) === null;

	/** Whether the person proved who they are just now, by an STS that says this of the time. */
	function freshBy(auth_time: unknown, requestsLogin: boolean): boolean {
		const parsed = v.parse(IdentityClaims, { sub: 's', ...(auth_time !== undefined && { auth_time }) });
		return isFresh(newSession(parsed, tokens, { ...facts, requestsLogin }));
	}
	const implausible = [
		['nothing', undefined],
		['a time in the future', NOW + 3600],
		['milliseconds', NOW * 1000],
		['a time before 1970', -1],
		['zero', 0],
		['a text', String(NOW)],
		['null', null],
		['a fraction that is no time', Number.MAX_VALUE]
	] as const;

	test.each(implausible)('of an STS that says %s of the time is not fresh', (_, auth_time) => {
		expect(freshBy(auth_time, false)).toBe(false);
	});

	test.each(implausible)(
		'of an STS that says %s is fresh where it was asked to authenticate the person',
		(_, auth_time) => {
			expect(freshBy(auth_time, true)).toBe(true);
		}
	);

	test.each([
		[NOW, true],
		[NOW - 15 * 60, true],
		[NOW - 15 * 60 - 1, false],
		[NOW + 20, true]
	])('of an STS that says %i at 1800000000 is fresh: %s', (auth_time, fresh) => {
		expect([freshBy(auth_time, false), freshBy(auth_time, true)]).toEqual([fresh, fresh]);
	});

	test('says when the STS did not authenticate the person although it was asked to', () => {
		const by = (auth_time: number, requestsLogin: boolean) =>
			newSession(v.parse(IdentityClaims, { sub: 's', auth_time }), tokens, { ...facts, requestsLogin }).isReauthIgnored;
		expect([by(NOW - 3600, true), by(NOW - 3600, false), by(NOW - 10, true)]).toEqual([true, false, false]);
	});

	test.each([NOW * 1000, NOW + 3600])('that an earlier version sealed with the time %i is not fresh', (authTime) => {
		expect(isFresh({ ...session, authTime })).toBe(false);
	});

	test('survives its cookie', () => {
		expect(v.parse(SessionSchema, JSON.parse(JSON.stringify(session)))).toEqual(session);
	});
});

describe('what a browser may read', () => {
	test('is this and no more', () => {
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

	test('never has less than no time left', () => {
		expect(publicSession(session, Date.parse('2027-01-16T08:00:01Z')).expiresInMs).toBe(0);
	});

	test('has null for what is not known', () => {
		const { user, assurance } = publicSession(newSession(v.parse(IdentityClaims, { sub: 's' }), tokens, facts));
		expect(user).toEqual({ id: 's', name: null, email: null, eduid: null, institution: null });
		expect(assurance).toEqual({ acr: null, amr: [] });
	});

	test('has no token, by name or by value', () => {
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
])('whether %s is a provider: %s', (text, known) => expect(isProvider(text)).toBe(known));
