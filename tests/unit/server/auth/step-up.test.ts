import { afterEach, describe, expect, test, vi } from 'vitest';
import {
	isSamePerson,
	lackingForAccountActs,
	lackingOf,
	meetsStepUp,
	requirementNamed,
	sealedRequirement,
	stepUpFor,
	stepUpSignInPath
} from '$lib/server/auth/step-up';
import { configure } from '../configured';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$env/dynamic/private', () => ({ env: {} }));

const NOW = 1_800_000_000;
const MFA = 'https://refeds.org/profile/mfa';
const session = (acr: string | undefined, authTime: number) => ({ ...someSession(), acr, authTime });

afterEach(() => {
	configure();
	vi.useRealTimers();
});

test.each([
	['nothing is required', session(undefined, 0), [], null, null],
	['the acr is one of the accepted', session(MFA, 0), ['other', MFA], null, null],
	['the acr is another', session('sfa', NOW), [MFA], 900, 'stronger'],
	['the STS sent no acr', session(undefined, NOW), [MFA], null, 'stronger'],
	['the acr only begins like an accepted one', session(`${MFA}x`, NOW), [MFA], null, 'stronger'],
	['the authentication is as old as allowed', session(MFA, NOW - 900), [MFA], 900, null],
	['the authentication is older', session(MFA, NOW - 901), [MFA], 900, 'newer'],
	['the time of the authentication is unknown', session(MFA, 0), [MFA], 900, 'newer'],
	['the authentication is in the future', session(MFA, NOW + 31), [], 900, 'newer']
] as const)('determines what the session lacks if %s', (_, of, acr, maxAgeSeconds, lacking) => {
	expect(lackingOf(of, { acr, maxAgeSeconds }, NOW)).toBe(lacking);
});

describe('actions on the account', () => {
	test('require a sign-in within the last 15 minutes, or the configured age and acr', () => {
		vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
		expect([NOW - 900, NOW - 901].map((time) => lackingForAccountActs(session('sfa', time)))).toEqual([null, 'newer']);
		configure({ STEP_UP_ACR: `loa3, ${MFA}`, STEP_UP_MAX_AGE: '60' });
		const sessions = [session('loa3', NOW - 60), session(MFA, NOW - 61), session('sfa', NOW)];
		expect(sessions.map(lackingForAccountActs)).toEqual([null, 'newer', 'stronger']);
	});

	test('have a named requirement, as backends do, and no other name has one', () => {
		configure({ BACKENDS: JSON.stringify({ grades: { url: 'https://g.example', token: 'user', acr: MFA } }) });
		const named = (name: string) => requirementNamed(name, someSession());
		expect(named('account')).toEqual({ acr: [], maxAgeSeconds: 900 });
		expect(named('backend.grades')).toEqual({ acr: [MFA], maxAgeSeconds: null });
		const others = ['', 'Account', 'acr', 'grades', 'backend.', 'backend.constructor', `{"acr":["${MFA}"]}`];
		expect(new Set(others.map(named))).toEqual(new Set([null]));
	});

	test('can have a requirement of a backend, sealed for one session and 15 minutes', () => {
		vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
		const asked = { acr: [MFA], maxAgeSeconds: 60 };
		const name = sealedRequirement(someSession(), asked);
		expect(requirementNamed(name, someSession())).toEqual(asked);
		expect(requirementNamed(name, { ...someSession(), id: 'another' })).toBeNull();
		expect(requirementNamed(`${name.slice(0, -1)}${name.endsWith('A') ? 'B' : 'A'}`, someSession())).toBeNull();
		vi.setSystemTime((NOW + 900) * 1000);
		expect(requirementNamed(name, someSession())).toBeNull();
	});

	test('require a sign-in at the institution, or with a wallet if that is the only method', () => {
		expect(stepUpSignInPath('account', '/x?y')).toBe('/login/start?provider=sts&stepUp=account&returnTo=%2Fx%3Fy');
		configure({ SIGN_IN_METHODS: 'wallet' });
		expect(stepUpSignInPath('account', '/x?y')).toMatch(/^\/login\/wallet\?returnTo=/);
	});
});

describe('a step-up sign-in', () => {
	const before = session(MFA, NOW - 1000);

	test('makes the STS re-authenticate the person only if the authentication was too old', () => {
		vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
		const isOld = (maxAgeSeconds: number | null) => stepUpFor(before, { acr: [MFA], maxAgeSeconds }).isOld;
		expect([isOld(null), isOld(1000), isOld(999)]).toEqual([false, false, true]);
	});

	test.each([
		['after its start, by any length of time', NOW - 840, true],
		['before its start, but not too long ago', NOW - 60, true],
		['too long before its start', NOW - 931, false],
		['at an unknown time', 0, false]
	])('meets its requirement with an authentication %s: %s', (_, authTime, isMet) => {
		vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
		const stepUp = stepUpFor(before, { acr: [MFA], maxAgeSeconds: 60 });
		expect(meetsStepUp(session(MFA, authTime), stepUp, NOW - 900)).toBe(isMet);
		expect(meetsStepUp(session('sfa', authTime), stepUp, NOW - 900)).toBe(false);
	});

	test('recognizes the person by the id that both sign-in methods share', () => {
		const stepUp = stepUpFor(before, { acr: [], maxAgeSeconds: 60 });
		expect(isSamePerson({ ...before, id: 'other', sub: 'other' }, stepUp)).toBe(true);
		expect(isSamePerson({ ...before, userId: 'other' }, stepUp)).toBe(false);
		expect(stepUp.subject).not.toContain(before.userId);
	});
});
