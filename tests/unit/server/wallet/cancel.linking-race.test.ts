import { isRedirect, type RequestEvent } from '@sveltejs/kit';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { keepOwned, markUsed, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { Problem } from '$lib/server/http/problem';
import * as store from '$lib/server/store';
import { cancelWallet, rejectIdentity } from '$lib/server/wallet/cancel';
import { confirmIdentity, startIdentity, startIdv, submitIdv } from '$lib/server/wallet/identity';
import { identityStep } from '$lib/server/wallet/identity-page';
import { completeWalletSession } from '$lib/server/wallet/sessions';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';

const bridge = vi.hoisted(() => ({
	readStatus: vi.fn(),
	readFreshStatus: vi.fn(),
	readIdvStatus: vi.fn(),
	complete: vi.fn(),
	initiateIdv: vi.fn(),
	submitIdv: vi.fn()
}));
vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => ({ bridge: () => bridge, credentialFor: () => ({ requestId: 'r1' }) }));

const manual = { redirectUrl: null, planType: 'MANUAL_REVIEW', reason: 'CANDIDATE_MATCH_CONFIRMATION' } as const;
const visit = {
	redirectUrl: 'https://institution.example/idv',
	planType: 'RUN_IDV',
	reason: 'FIRST_TIME_LINK'
} as const;
const noForm = new FormData();
let lastId = 0;

beforeEach(() => {
	vi.restoreAllMocks();
	vi.resetAllMocks();
	bridge.readIdvStatus.mockResolvedValue({ ...manual, candidates: [] });
	statusIs('IDV_REQUIRED');
});

function statusIs(status: string): void {
	for (const read of [bridge.readStatus, bridge.readFreshStatus]) read.mockResolvedValue({ status });
}

/** A browser with one wallet session. Each of its tabs sends the same cookies. */
async function browserWith(changes: Partial<OwnedSession> = {}) {
	const id = (++lastId).toString(16).padStart(32, '0');
	const times = { startedAt: Date.now(), expiresAt: Date.now() + 300_000 };
	const owned: OwnedSession = {
		id,
		...times,
		requestUri: null,
		returnTo: '/account',
		idv: 'none',
		completed: false,
		...changes
	};
	const cookies = fakeCookies();
	await keepOwned(cookies, owned);
	const cookie = cookies.next();
	return { owned, tab: () => requestEvent({ path: '/login/identity', cookie }) };
}

/** The URL that an action redirects to. */
async function addressOf(action: Promise<unknown>): Promise<URL> {
	const thrown = await action.then(
		() => expect.fail('did not redirect'),
		(error: unknown) => error
	);
	return new URL(isRedirect(thrown) ? thrown.location : expect.fail(String(thrown)), 'http://localhost');
}
const outcomeOf = async (action: Promise<unknown>) => (await addressOf(action)).searchParams.get('outcome');
const noticeOf = async (action: Promise<unknown>) => (await addressOf(action)).searchParams.get('stopped');

/** A call to the Auth Bridge that is in progress until `respond`. */
function pendingCall(call: ReturnType<typeof vi.fn>) {
	let respond: (response: unknown) => void = () => {};
	call.mockReturnValueOnce(new Promise((resolve) => (respond = resolve)));
	return {
		isSent: () => vi.waitFor(() => expect(call).toHaveBeenCalled(), 10_000),
		respond: (response: unknown) => respond(response)
	};
}

describe('"No, that is not me" while a confirmation is in progress', () => {
	test.each(['IDV_REQUIRED', 'VERIFIED'])('does not report that nothing was linked, at %s', async (status) => {
		const { tab } = await browserWith();
		statusIs(status);
		const submission = pendingCall(bridge.submitIdv);
		const confirmed = confirmIdentity(tab(), noForm).catch(() => {});
		await submission.isSent();
		expect(await outcomeOf(rejectIdentity(tab(), noForm))).toBe('not-me-late');
		submission.respond({ status: 'VERIFIED' });
		await confirmed;
	});

	test('the late response to the confirmation does not set the cookie again, and the page does not report that nothing was linked', async () => {
		const { owned, tab } = await browserWith();
		const submission = pendingCall(bridge.submitIdv);
		const late = tab();
		const set = vi.spyOn(late.cookies, 'set');
		const confirmed = outcomeOf(confirmIdentity(late, noForm));
		await submission.isSent();
		await outcomeOf(rejectIdentity(tab(), noForm));
		submission.respond({ status: 'VERIFIED' });
		expect(await confirmed).toBe('not-me-late');
		expect(set).not.toHaveBeenCalled();
		await expect(completeWalletSession(late, owned)).rejects.toMatchObject({ code: 'not_found' });
		expect(await identityStep(tab())).toMatchObject({ view: { outcome: 'not-me-late' } });
	});

	test('refuses a confirmation that has not been submitted yet', async () => {
		const { owned, tab } = await browserWith();
		const list = pendingCall(bridge.readIdvStatus);
		const confirmed = addressOf(confirmIdentity(tab(), noForm));
		await list.isSent();
		expect(await outcomeOf(rejectIdentity(tab(), noForm))).toBe('not-me');
		list.respond({ ...manual, candidates: [] });
		await confirmed;
		await expect(submitIdv(tab(), owned, { confirm: true })).rejects.toMatchObject({ code: 'not_found' });
		expect(bridge.submitIdv).not.toHaveBeenCalled();
	});

	test('a confirmation that passed the first check is refused if the session is used before it is sent', async () => {
		const { owned, tab } = await browserWith();
		const shared = store.sharedStore();
		const { write } = shared;
		vi.spyOn(shared, 'write').mockImplementation(async (...entry) => {
			await write(...entry);
			await markUsed(owned.id);
		});
		await expect(submitIdv(tab(), owned, { confirm: true })).rejects.toMatchObject({ code: 'not_found' });
		expect(bridge.submitIdv).not.toHaveBeenCalled();
	});
});

describe('"No, that is not me"', () => {
	test.each(['none', 'manual'] as const)(
		'reports that nothing was linked if nothing was submitted (%s)',
		async (idv) => {
			const { owned, tab } = await browserWith({ idv });
			bridge.initiateIdv.mockResolvedValue(manual);
			if (idv === 'manual') await startIdv(tab(), owned);
			expect(await outcomeOf(rejectIdentity(tab(), noForm))).toBe('not-me');
		}
	);

	test('does not report that after a confirmation whose response was lost', async () => {
		const { owned, tab } = await browserWith({ idv: 'manual' });
		bridge.submitIdv.mockRejectedValue(new Problem('upstream_timeout'));
		await submitIdv(tab(), owned, { confirm: true }).catch(() => {});
		await startIdv(tab(), owned).catch(() => {});
		expect(await outcomeOf(rejectIdentity(tab(), noForm))).toBe('not-me-late');
	});

	test('does not report that while the shared store is unavailable', async () => {
		const { tab } = await browserWith();
		vi.spyOn(store, 'storeState').mockResolvedValue('down');
		expect(await outcomeOf(rejectIdentity(tab(), noForm))).toBe('not-me-late');
	});
});

describe('cancelling', () => {
	test('reports that nothing was linked if nothing was started', async () => {
		const { tab } = await browserWith();
		expect(await noticeOf(cancelWallet(tab(), noForm))).toBe('nothing_linked');
	});

	test.each([
		[
			'a confirmation',
			bridge.submitIdv,
			(event: RequestEvent) => confirmIdentity(event, noForm),
			{ status: 'VERIFIED' }
		],
		['the start of a visit', bridge.initiateIdv, (event: RequestEvent) => startIdentity(event, noForm), visit]
	] as const)(
		'during %s does not report that, and the late response has no effect',
		async (_what, call, action, response) => {
			const { tab } = await browserWith();
			const pending = pendingCall(call);
			const late = tab();
			const set = vi.spyOn(late.cookies, 'set');
			const outcome = outcomeOf(action(late));
			await pending.isSent();
			expect(await noticeOf(cancelWallet(tab(), noForm))).toBe('nothing_kept');
			pending.respond(response);
			expect(await outcome).toBe('not-me-late');
			expect(set).not.toHaveBeenCalled();
		}
	);

	test('marks the session as used before the status is read', async () => {
		const { owned, tab } = await browserWith();
		const read = pendingCall(bridge.readFreshStatus);
		const cancelled = noticeOf(cancelWallet(tab(), noForm));
		await read.isSent();
		await expect(submitIdv(tab(), owned, { confirm: true })).rejects.toMatchObject({ code: 'not_found' });
		read.respond({ status: 'IDV_REQUIRED' });
		expect(await cancelled).toBe('nothing_linked');
	});
});

test('completing a session that is cancelled in the meantime does not set its cookie again', async () => {
	const { owned, tab } = await browserWith();
	const completion = pendingCall(bridge.complete);
	const late = tab();
	const set = vi.spyOn(late.cookies, 'set');
	const completed = expect(completeWalletSession(late, owned)).rejects.toMatchObject({ code: 'not_found' });
	await completion.isSent();
	await markUsed(owned.id);
	completion.respond({ kind: 'completed' });
	await completed;
	expect(set).not.toHaveBeenCalled();
});
