import { isRedirect, type RequestEvent } from '@sveltejs/kit';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { audit } from '$lib/server/audit';
import { ownedSessions, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { Problem } from '$lib/server/http/problem';
import { log } from '$lib/server/log';
import { cancelWallet, rejectIdentity } from '$lib/server/wallet/cancel';
import { startFailure } from '$lib/server/wallet/create-session';
import { confirmIdentity, finishIdv, startIdentity, submitIdv } from '$lib/server/wallet/identity';
import { identityStep, resumeIdentity } from '$lib/server/wallet/identity-page';
import { failureReason } from '$lib/server/wallet/sessions';
import { walletStep } from '$lib/server/wallet/wallet-page';
import { browser, bridgeSays, fake, plan } from './fake-bridge';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => import('./fake-bridge'));
vi.mock('$lib/server/audit', () => ({ audit: vi.fn() }));

const identityPage = () => browser({}, '/login/identity');

function listed(...ids: string[]): void {
	const candidates = ids.map((id) => ({ id, label: { nl: id, en: id } }));
	fake.readIdvStatus.mockResolvedValue(
		plan({ planType: 'MANUAL_REVIEW', reason: 'CANDIDATE_MATCH_CONFIRMATION', candidates })
	);
}

beforeEach(() => {
	bridgeSays('IDV_REQUIRED');
	listed();
});

/** The path that an action redirects to. */
async function redirectOf(action: Promise<unknown>): Promise<string> {
	const thrown = await action.then(
		() => expect.fail('did not redirect'),
		(error: unknown) => error
	);
	return isRedirect(thrown) ? thrown.location : expect.fail(String(thrown));
}

describe('a chosen candidate', () => {
	const chosen = (candidateId: string) => {
		const form = new FormData();
		form.set('candidateId', candidateId);
		return form;
	};

	test('is submitted if the Auth Bridge still lists it', async () => {
		const { event, owned } = await identityPage();
		listed('a', 'b');
		fake.submitIdv.mockResolvedValue({ status: 'VERIFIED' });
		await redirectOf(confirmIdentity(event, chosen('b')));
		expect(fake.submitIdv).toHaveBeenCalledExactlyOnceWith(owned.id, { candidateId: 'b' }, { requestId: 'r1' });
	});

	test('is not submitted if the Auth Bridge lists no candidates; the page is shown again', async () => {
		const { event } = await identityPage();
		expect(await redirectOf(confirmIdentity(event, chosen('b')))).toBe('/login/identity');
		expect(fake.submitIdv).not.toHaveBeenCalled();
	});

	test('that is not in the list is not submitted', async () => {
		const { event } = await identityPage();
		listed('a');
		expect(await confirmIdentity(event, chosen('b'))).toMatchObject({ status: 400, data: { fault: 'choose_one' } });
		expect(fake.submitIdv).not.toHaveBeenCalled();
	});
});

describe('identity verification', () => {
	/** The state in the session's cookie after the start. */
	async function started() {
		const { event } = await identityPage();
		await startIdentity(event, new FormData()).catch(() => {});
		return ownedSessions(event.cookies).map(({ idv, completed }) => ({ idv, completed }));
	}

	test('without a visit and a confirmation is not recorded as a new link, even if the first completion fails', async () => {
		fake.initiateIdv.mockResolvedValue({
			redirectUrl: null,
			planType: 'USE_EXISTING_BINDING',
			reason: 'EXPIRED_BINDING'
		});
		fake.complete.mockRejectedValue(new Problem('upstream_unavailable'));
		expect(await started()).toEqual([{ idv: 'none', completed: false }]);
	});

	test('by a visit to the institution is recorded', async () => {
		fake.initiateIdv.mockResolvedValue({
			redirectUrl: 'https://institution.example/idv',
			planType: 'RUN_IDV',
			reason: 'FIRST_TIME_LINK'
		});
		expect(await started()).toEqual([{ idv: 'started', completed: false }]);
	});

	test('is not refused because of a callback of another issuer, which has the same code', async () => {
		fake.finishIdv.mockRejectedValueOnce(new Problem('idv_failed')).mockResolvedValue({ status: 'COMPLETED' });
		const callback = '/callback?code=mixed-up&state=s&iss=https%3A%2F%2F';
		const { event: other, owned } = await browser({ idv: 'started' }, `${callback}other.test`);
		expect(await finishIdv(other, owned)).toContain('outcome=failed');
		const { event } = await browser({ idv: 'started' }, `${callback}idp.test`);
		expect(await finishIdv(event, owned)).toBe('/login/identity');
	});
});

describe('identity verification that is not accepted', () => {
	const failed = 'identity_verification.failed';
	/** What the audit log says about identity verification. */
	const audited = () =>
		vi
			.mocked(audit)
			.mock.calls.filter(([event]) => event.startsWith('identity_verification.'))
			.map(([event, { reason }]) => [event, reason]);

	test.each(['none', 'started', 'manual'] as const)(
		'after a confirmation is audited as a failure, and the session, which is %s, can be confirmed again',
		async (idv) => {
			fake.submitIdv.mockRejectedValueOnce(new Problem('idv_failed')).mockResolvedValueOnce({ status: 'COMPLETED' });
			const { event, owned } = await browser({ idv, id: crypto.randomUUID() });
			await expect(submitIdv(event, owned, { confirm: true })).rejects.toMatchObject({ code: 'idv_failed' });
			expect([audited(), ownedSessions(event.cookies)]).toMatchObject([[[failed, 'idv_failed']], [{ idv }]]);
			await submitIdv(event, owned, { confirm: true });
			expect(audited()).toEqual([
				[failed, 'idv_failed'],
				['identity_verification.ended', undefined]
			]);
			expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'done' }]);
		}
	);

	test('is audited with the reason that the status of the session has', async () => {
		fake.submitIdv.mockRejectedValue(new Problem('reconciliation_failed'));
		bridgeSays('FAILED', { errorCode: 'linked_elsewhere' });
		const { event, owned } = await browser({ idv: 'manual' });
		await expect(submitIdv(event, owned, { confirm: true })).rejects.toThrow();
		expect(audited()).toEqual([[failed, 'linked_elsewhere']]);
	});

	test('is not audited for a confirmation that came before the start', async () => {
		fake.submitIdv.mockRejectedValue(new Problem('idv_not_started'));
		const { event, owned } = await browser();
		await expect(submitIdv(event, owned, { confirm: true })).rejects.toMatchObject({ code: 'idv_not_started' });
		expect(audited()).toEqual([]);
	});

	test('after a callback is audited as a failure, and can be started again', async () => {
		fake.finishIdv.mockRejectedValue(new Problem('idv_failed'));
		fake.initiateIdv.mockResolvedValue({ redirectUrl: 'https://institution.example/idv' });
		const { event, owned } = await browser({ idv: 'started' }, '/callback?code=refused&state=s');
		expect(await finishIdv(event, owned)).toBe('/login/identity?outcome=failed&helpCode=r1');
		expect(audited()).toEqual([[failed, 'idv_failed']]);
		expect(await startIdentity(event, new FormData())).toEqual({ continueUrl: 'https://institution.example/idv' });
	});
});

test.each(['RECONCILING', 'PENDING'])(
	'identity verification is neither done nor failed while the Auth Bridge says %s',
	async (status) => {
		fake.finishIdv.mockResolvedValue({ status });
		fake.submitIdv.mockResolvedValue({ status });
		const { event, owned } = await browser({ idv: 'started' }, `/callback?code=${status}&state=s`);
		expect(await finishIdv(event, owned)).toBe('/login/identity');
		expect(await submitIdv(event, owned, { confirm: true })).toMatchObject({ status });
		expect(ownedSessions(event.cookies)).toMatchObject([{ idv: 'started' }]);
		expect(audit).not.toHaveBeenCalled();
	}
);

type Work = (event: RequestEvent, owned: OwnedSession, bug: Error) => unknown;

test.each<[string, Work, Partial<OwnedSession>?]>([
	['the wallet page', (event, owned) => walletStep(event, owned)],
	['the identity page', (event) => identityStep(event)],
	['the start of identity verification', (event) => startIdentity(event, new FormData())],
	['the response of the institution', (event, owned) => finishIdv(event, owned)],
	['the return from the institution', (event, { id }) => resumeIdentity(event, id), { idv: 'started' }],
	['the cancellation of a sign-in', (event) => cancelWallet(event, new FormData())],
	['the rejection of an identity', (event) => rejectIdentity(event, new FormData())],
	['the reason of a failure', (event, owned) => failureReason(event, owned)],
	['a session that could not be created', ({ locals }, _owned, bug) => startFailure(bug, locals, '/account')]
])('a bug during %s is logged once, although the person sees an explanation', async (_what, work, changes) => {
	const logged = vi.spyOn(log, 'error');
	const bug = new TypeError('a bug');
	const id = crypto.randomUUID().replaceAll('-', '');
	for (const call of Object.values(fake)) call.mockRejectedValue(bug);
	const { event, owned } = await browser({ id, ...changes }, '/login/identity?idv=complete&code=a&state=b');
	try {
		await work(event, owned, bug);
	} catch (thrown) {
		expect(isRedirect(thrown)).toBe(true);
	}
	const { requestId } = event.locals;
	expect(logged.mock.calls).toEqual([['unexpected error', { requestId, where: 'application', error: bug }]]);
});
