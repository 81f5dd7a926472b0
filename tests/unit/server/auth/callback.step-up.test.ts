import { afterEach, expect, test, vi } from 'vitest';
import { endSignIn } from '$lib/server/auth/callback';
import { startSignIn } from '$lib/server/auth/sign-in';
import type { Session } from '$lib/server/auth/session';
import { keepFlow } from '$lib/server/auth/sign-in-flow';
import { requirementNamed, stepUpFor } from '$lib/server/auth/step-up';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { fakeSts, ISSUER } from './fake-sts';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);
afterEach(() => configure());

const MFA = 'https://refeds.org/profile/mfa';
const before = { ...someSession(), userId: 'subject-1' };
const now = () => Math.floor(Date.now() / 1000);

interface Round {
	readonly claims?: Readonly<Record<string, unknown>>;
	/** The error of the STS in place of a code. */
	readonly error?: string;
	readonly session?: Session | null;
	readonly returnTo?: string;
}

/** A step-up to MFA in a browser with this session; returns where it ends, and the session afterwards. */
async function stepUp({ claims = {}, error, session = before, returnTo = '/account?x=1' }: Round) {
	sts.behaviour = { claims: { acr: MFA, auth_time: now(), ...claims } };
	const wanted = stepUpFor(before, { acr: [MFA], maxAgeSeconds: 60 });
	const event = requestEvent();
	const start = await startSignIn({ provider: 'sts', returnTo, stepUp: wanted }, 'r0');
	if ('error' in start) throw new Error(start.error);
	keepFlow(event.cookies, start.flow);
	const query = sts.authorize(new URL(start.url));
	if (error !== undefined) query.delete('code');
	if (error !== undefined) query.set('error', error);
	query.set('iss', ISSUER);
	const path = `/api/auth/callback/sts?${query}`;
	const back = requestEvent({ path, cookie: event.cookies.next(), session });
	return { path: await endSignIn(back, 'sts'), session: back.locals.session };
}

/** The address of the page after a refusal, and the requirement that its "Try again" has to meet. */
const refusal = (path: string) => {
	const { pathname, searchParams } = new URL(path, 'http://localhost:3000');
	const { outcome, returnTo, stepUp: name = '' } = Object.fromEntries(searchParams);
	return { pathname, outcome, returnTo, requirement: requirementNamed(name, before) };
};
const refused = {
	pathname: '/step-up',
	outcome: 'refused',
	returnTo: '/account?x=1',
	requirement: { acr: [MFA], maxAgeSeconds: 60 }
};

test('a step-up with the requested acr returns to the action with a new session', async () => {
	const end = await stepUp({});
	expect([end.path, end.session?.acr, end.session?.id === before.id]).toEqual(['/account?x=1', MFA, false]);
});

test.each<[string, Round]>([
	['another acr', { claims: { acr: 'https://refeds.org/profile/sfa' } }],
	['no acr', { claims: { acr: undefined } }],
	['an authentication of an hour ago', { claims: { auth_time: now() - 3600 } }],
	['an error about the level', { error: 'unmet_authentication_requirements' }],
	['a refusal', { error: 'access_denied' }]
])(
	'a step-up with %s keeps the earlier session, and shows that it was refused and what to try again',
	async (_, round) => {
		const end = await stepUp(round);
		expect([refusal(end.path), end.session]).toEqual([refused, before]);
	}
);

test('a step-up at an STS whose clock is 75 s behind is accepted', async () => {
	const behind = now() - 75;
	const end = await stepUp({ claims: { iat: behind, auth_time: behind, exp: now() + 3600 } });
	expect(end.path).toBe('/account?x=1');
});

test('a refused step-up without a session does not sign in, and shows the reason on the login page', async () => {
	const end = await stepUp({ claims: { acr: 'sfa' }, session: null });
	expect([end.path, end.session]).toEqual([
		'/login?error=step_up_refused&returnTo=%2Faccount%3Fx%3D1&helpCode=r1',
		null
	]);
});

test('a step-up by another person creates a session, and reports this before the page of the action opens', async () => {
	const end = await stepUp({ claims: { sub: 'somebody-else' } });
	expect([end.path, end.session?.userId]).toEqual([
		'/step-up?outcome=other&returnTo=%2Faccount%3Fx%3D1',
		'somebody-else'
	]);
});

test('a step-up for a backend ends on a page with a link, because the browser comes from the STS', async () => {
	const end = await stepUp({ returnTo: '/api/backends/grades/x' });
	expect(end.path).toBe('/step-up?outcome=done&returnTo=%2Fapi%2Fbackends%2Fgrades%2Fx');
});
