import { describe, expect, test, vi } from 'vitest';
import { audit } from '$lib/server/audit';
import { Problem, type ProblemCode } from '$lib/server/http/problem';
import { completeWalletSession } from '$lib/server/wallet/sessions';
import { identityStep, resumeIdentity } from '$lib/server/wallet/identity-page';
import { finishIdv, startIdv, submitIdv } from '$lib/server/wallet/identity';
import { ownedSessions, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { requestEvent } from '../../../harness/request-event';
import { browser, bridgeSays, fake, ID, plan } from './fake-bridge';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => import('./fake-bridge'));
vi.mock('$lib/server/audit', () => ({ audit: vi.fn() }));

describe('completing', () => {
	test('is requested from the Bridge once; a repetition returns the same result', async () => {
		fake.complete.mockResolvedValue({ kind: 'completed' });
		const { event, owned } = await browser();
		const first = await completeWalletSession(event, owned);
		const [kept] = ownedSessions(event.cookies);
		expect(kept?.completed).toBe(true);
		expect(await completeWalletSession(event, kept ?? owned)).toEqual(first);
		expect(first).toEqual({ kind: 'completed', continueUrl: '/login/start?provider=sts-wallet' });
		expect(fake.complete).toHaveBeenCalledOnce();
	});

	test('never starts a second round of identity verification', async () => {
		fake.complete.mockResolvedValue({ kind: 'idv_required', reason: null });
		const { event, owned } = await browser({ idv: 'done' });
		await expect(completeWalletSession(event, owned)).rejects.toMatchObject({ code: 'idv_repeated' });
	});
});

describe('the identity page', () => {
	test('redirects a browser without a session to the wallet page', async () => {
		expect(await identityStep(requestEvent())).toEqual({ goTo: '/login/wallet' });
	});

	test.each<[SessionStatusValue, Partial<OwnedSession>, object, object]>([
		['PENDING', {}, {}, { goTo: '/login/wallet' }],
		['VERIFIED', {}, {}, { goTo: '/login/continue' }],
		[
			'IDV_REQUIRED',
			{},
			{ planType: 'RUN_IDV', reason: 'FIRST_TIME_LINK' },
			{ view: { screen: 'explain', way: 'visit' } }
		],
		['IDV_REQUIRED', {}, { planType: 'STEP_UP' }, { view: { screen: 'explain', way: 'step-up' } }],
		['IDV_REQUIRED', {}, { planType: 'SKIP_RECONCILIATION' }, { view: { screen: 'explain', way: 'none' } }],
		['IDV_REQUIRED', {}, { planType: 'USE_EXISTING_BINDING' }, { view: { screen: 'explain', way: 'none' } }],
		['IDV_REQUIRED', {}, { planType: 'A_NEW_METHOD' }, { view: { screen: 'explain', way: 'visit' } }],
		['IDV_REQUIRED', { idv: 'manual' }, {}, { view: { screen: 'confirm' } }],
		['RECONCILING', { idv: 'manual' }, {}, { view: { screen: 'review' } }],
		[
			'IDV_REQUIRED',
			{},
			{ planType: 'MANUAL_REVIEW' },
			{ view: { screen: 'confirm', person: { givenName: 'Robin' } } }
		],
		['IDV_REQUIRED', {}, { reason: 'CANDIDATE_MATCH_CONFIRMATION' }, { view: { screen: 'confirm' } }],
		['IDV_REQUIRED', {}, { planType: 'FAIL_CLOSED' }, { view: { screen: 'ended', outcome: 'not-possible' } }],
		['IDV_REQUIRED', { idv: 'done' }, {}, { view: { screen: 'ended', outcome: 'again-required' } }],
		['RECONCILING', { idv: 'started' }, { planType: 'MANUAL_REVIEW' }, { view: { screen: 'review' } }],
		['RECONCILING', { idv: 'none' }, { planType: 'MANUAL_REVIEW' }, { view: { screen: 'confirm' } }],
		['RECONCILING', { idv: 'started' }, { planType: 'RUN_IDV' }, { view: { screen: 'in-progress' } }],
		['EXPIRED', {}, {}, { view: { screen: 'ended', outcome: 'expired' } }]
	])('at %s of a session %j with the plan %j shows %j', async (status, owned, planned, step) => {
		bridgeSays(status);
		fake.complete.mockResolvedValue({ kind: 'completed' });
		fake.readIdvStatus.mockResolvedValue(plan(planned));
		expect(await identityStep((await browser(owned)).event)).toMatchObject(step);
	});

	test.each(['started', 'manual', 'done'] as const)(
		'ignores responses from before the only round of verification, which is %s',
		async (idv) => {
			bridgeSays('IDV_REQUIRED');
			fake.readStatusForPage.mockResolvedValue({ status: 'COMPLETED' });
			fake.complete.mockResolvedValue({ kind: 'completed' });
			expect(await identityStep((await browser({ idv })).event)).toEqual({ goTo: '/login/continue' });
		}
	);

	test.each<[ProblemCode, string]>([
		['not_found', 'expired'],
		['no_match', 'no-match'],
		['linked_elsewhere', 'linked-elsewhere'],
		['assurance_too_low', 'assurance-too-low'],
		['attribute_missing', 'attribute-missing'],
		['review_refused', 'review-refused'],
		['upstream_unavailable', 'unavailable']
	])('explains the fault %s as %s', async (code, outcome) => {
		bridgeSays('VERIFIED');
		fake.complete.mockRejectedValue(new Problem(code));
		expect(await identityStep((await browser()).event)).toEqual({ view: { screen: 'ended', outcome, helpCode: 'r1' } });
	});
});

describe('the reason for a failed session', () => {
	test.each<[string, object, object, string]>([
		['the status', { errorCode: 'linked_elsewhere' }, {}, 'linked-elsewhere'],
		['idv/status', {}, { errorCode: 'assurance_too_low' }, 'assurance-too-low'],
		['nothing', {}, {}, 'failed']
	])('is read from %s', async (_who, status, idvStatus, outcome) => {
		bridgeSays('FAILED', status);
		fake.readIdvStatus.mockResolvedValue(plan({ status: 'FAILED', ...idvStatus }));
		expect(await identityStep((await browser()).event)).toMatchObject({ view: { screen: 'ended', outcome } });
	});

	test('is still reported if idv/status is unavailable', async () => {
		bridgeSays('FAILED');
		fake.readIdvStatus.mockRejectedValue(new Problem('upstream_unavailable'));
		expect(await identityStep((await browser()).event)).toMatchObject({ view: { outcome: 'failed' } });
	});

	test('is read if the end of the round reports only a failure', async () => {
		fake.finishIdv.mockRejectedValue(new Problem('reconciliation_failed'));
		bridgeSays('FAILED');
		fake.readIdvStatus.mockResolvedValue(plan({ status: 'FAILED', errorCode: 'linked_elsewhere' }));
		const { event, owned } = await browser({ idv: 'started' }, '/callback?code=c&state=s');
		expect(await finishIdv(event, owned)).toBe('/login/identity?outcome=linked-elsewhere&helpCode=r1');
	});
});

describe('a round of identity verification', () => {
	test('returns to the callback of its session', async () => {
		fake.initiateIdv.mockResolvedValue({ redirectUrl: 'http://127.0.0.1:8093/idv' });
		const { event, owned } = await browser();
		await startIdv(event, owned);
		const redirectUri = `http://localhost:3000/api/wallet/sessions/${ID}/idv/callback`;
		expect(fake.initiateIdv).toHaveBeenCalledExactlyOnceWith(ID, { redirectUri }, { requestId: 'r1' });
		expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'started' }]);
	});

	test('that is started as a manual review is stored as such', async () => {
		fake.initiateIdv.mockResolvedValue({ redirectUrl: null, planType: 'MANUAL_REVIEW', reason: 'FIRST_TIME_LINK' });
		const { event, owned } = await browser();
		await startIdv(event, owned);
		expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'manual' }]);
	});

	test('cannot be repeated for the same session', async () => {
		const { event, owned } = await browser({ idv: 'done' });
		await expect(startIdv(event, owned)).rejects.toMatchObject({ code: 'idv_repeated' });
		expect(fake.initiateIdv).not.toHaveBeenCalled();
	});

	test('ends at the callback, which a reload does not repeat', async () => {
		fake.finishIdv.mockResolvedValue({ status: 'COMPLETED' });
		const { event, owned } = await browser({ idv: 'started' }, '/callback?code=another&state=s');
		expect(await finishIdv(event, owned)).toBe('/login/identity');
		const [kept] = ownedSessions(event.cookies);
		expect(kept?.idv).toBe('done');
		expect(await finishIdv(event, kept ?? owned)).toBe('/login/identity');
		expect(fake.finishIdv).toHaveBeenCalledOnce();
	});

	test('that was refused at the institution may be tried again', async () => {
		fake.finishIdv.mockRejectedValue(new Problem('idv_refused'));
		const { event, owned } = await browser({ idv: 'started' }, '/callback?error=access_denied&state=s');
		expect(await finishIdv(event, owned)).toBe('/login/identity?outcome=refused-at-institution&helpCode=r1');
		expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'started' }]);
	});

	test.each([
		['started', 'RECONCILING', 'started'],
		['manual', 'RECONCILING', 'manual'],
		['started', 'COMPLETED', 'done'],
		['manual', 'VERIFIED', 'done']
	] as const)(
		'in the state %s that is confirmed manually with the result %s becomes %s',
		async (before, status, idv) => {
			fake.submitIdv.mockResolvedValue({ status });
			const { event, owned } = await browser({ idv: before });
			expect(await submitIdv(event, owned, { confirm: true })).toEqual({ sessionId: ID, status });
			expect(ownedSessions(event.cookies)).toMatchObject([{ idv }]);
		}
	);
});

describe('the return from the STS after identity verification', () => {
	/** The sealed cookie is repeated, as a client that ignores `Set-Cookie` does. */
	async function resumed(changes: Partial<OwnedSession>, query = 'idv=complete', times = 1) {
		const id = crypto.randomUUID();
		const { event } = await browser({ ...changes, id }, `/login?wallet_session=${id}&${query}`);
		const cookie = event.request.headers.get('cookie') ?? '';
		let end = { path: '', kept: ownedSessions(event.cookies) };
		for (let time = 0; time < times; time++) {
			const repeated = requestEvent({ path: event.url.pathname + event.url.search, cookie });
			end = { path: await resumeIdentity(repeated, id), kept: ownedSessions(repeated.cookies) };
		}
		return { ...end, events: vi.mocked(audit).mock.calls.map(([name]) => name) };
	}
	const ended = 'identity_verification.ended';

	test.each(['VERIFIED', 'COMPLETED'] as const)(
		'ends the round once the Bridge says %s, with one audit line however often it is repeated',
		async (status) => {
			bridgeSays(status);
			const { path, kept, events } = await resumed({ idv: 'started' }, 'idv=complete', 3);
			expect([path, kept.map(({ idv }) => idv), events]).toEqual(['/login/identity', ['done'], [ended]]);
		}
	);

	test.each(['none', 'manual'] as const)(
		'is ignored if the round, which is %s, has no visit to the institution: any page can link there',
		async (idv) => {
			for (const query of ['idv=complete', 'error=access_denied']) {
				const { path, kept, events } = await resumed({ idv }, query);
				expect([path, kept[0]?.idv, events]).toEqual(['/login/identity', idv, []]);
			}
			expect(fake.readFreshStatus).not.toHaveBeenCalled();
		}
	);

	test.each([
		['the person still has to visit the institution', () => bridgeSays('IDV_REQUIRED')],
		['staff is reviewing the request', () => bridgeSays('RECONCILING')],
		['it has failed', () => bridgeSays('FAILED')],
		[
			'nothing, because it is unavailable',
			() => fake.readFreshStatus.mockRejectedValue(new Problem('upstream_timeout'))
		]
	])('does not end the round if the Bridge says: %s', async (_what, prepare) => {
		prepare();
		const { path, kept, events } = await resumed({ idv: 'started' });
		expect([path, kept[0]?.idv, events]).toEqual(['/login/identity', 'started', []]);
	});

	test('that the Bridge could not confirm at first is recorded when the session is completed', async () => {
		fake.complete.mockResolvedValue({ kind: 'completed' });
		const { event, owned } = await browser({ idv: 'started', id: crypto.randomUUID() });
		await completeWalletSession(event, owned);
		expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'done', completed: true }]);
		expect(vi.mocked(audit).mock.calls.map(([name]) => name)).toEqual([ended, 'wallet_session.verified']);
	});

	test('does not resume a wallet session of another browser', async () => {
		const { event } = await browser({}, `/login?wallet_session=${'f'.repeat(32)}&idv=complete`);
		expect(await resumeIdentity(event, 'f'.repeat(32))).toBe('/login?error=wallet_session_foreign&helpCode=r1');
		expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'none' }]);
	});

	test('with an error reports that the institution did not confirm the identity', async () => {
		const { path, kept } = await resumed({ idv: 'started' }, 'error=access_denied');
		expect(path).toBe('/login/identity?outcome=refused-at-institution&helpCode=r1');
		expect(kept).toMatchObject([{ idv: 'started' }]);
	});
});
