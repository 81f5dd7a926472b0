import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { IdentityClaims } from '../../../src/lib/server/auth/claims';
import { newSession } from '../../../src/lib/server/auth/new-session';
import { isProvider, publicSession, SessionSchema } from '../../../src/lib/server/auth/session';

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
const session = newSession('sts-wallet', claims, tokens, NOW);

describe('a new session', () => {
	test('holds who signed in, how, and the tokens', () => {
		expect(session).toMatchObject({
			...tokens,
			provider: 'sts-wallet',
			sub: 'subject-1',
			userId: 'user-1',
			institution: 'uni.example',
			sid: 'sts-session-1',
			authTime: NOW - 60,
			generation: 0
		});
	});

	test('lasts for 24 hours', () => expect(session.endsAt).toBe(NOW + 86_400));

	test('has a random id of its own', () => {
		expect(session.id).toMatch(/^[\da-f-]{36}$/);
		expect(newSession('sts', claims, tokens, NOW).id).not.toBe(session.id);
	});

	test('of an STS that says nothing of the time began now', () => {
		expect(newSession('sts', v.parse(IdentityClaims, { sub: 's' }), tokens, NOW).authTime).toBe(NOW);
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
			expiresInMs: 89_500
		});
	});

	test('has null for what is not known', () => {
		const { user, assurance } = publicSession(newSession('sts', v.parse(IdentityClaims, { sub: 's' }), tokens, NOW));
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
