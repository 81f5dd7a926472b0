import type { RequestEvent } from '@sveltejs/kit';
import { describe, expect, test, vi } from 'vitest';
import { Problem, type ProblemCode } from '$lib/server/http/problem';
import { keepOwned, markUsed } from '$lib/server/auth/wallet-cookies';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { currentSession } from '$lib/server/wallet/owned-sessions';
import { walletStep } from '$lib/server/wallet/wallet-page';
import { load } from '../../../../src/routes/(public)/login/wallet/+page.server';
import { requestEvent } from '../../../harness/request-event';
import { browser, bridgeSays, fake, ID } from './fake-bridge';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => import('./fake-bridge'));

const stepOf = async (event: RequestEvent) => walletStep(event, await currentSession(event));

describe('the wallet page', () => {
	test('shows one session only, even if the one beside it is scanned while the page is created', async () => {
		const first = 'a'.repeat(32);
		let looks = 0;
		bridgeSays('CREATED');
		const waiting: unknown = await fake.readStatus(ID);
		fake.readStatus.mockImplementation((id: string) =>
			Promise.resolve(id === first && looks++ > 0 ? { ...(waiting as object), status: 'VERIFYING' } : waiting)
		);
		const { event, owned } = await browser({ beside: [first] });
		await keepOwned(event.cookies, {
			...owned,
			id: first,
			beside: [],
			startedAt: owned.startedAt - 1,
			returnTo: '/other'
		});
		expect(await load(event as unknown as Parameters<typeof load>[0])).toMatchObject({
			view: { screen: 'scan', sessionId: ID },
			returnTo: '/account'
		});
		expect(looks).toBe(1);
	});

	test('offers to begin in a browser without a session, and sends the Bridge no request', async () => {
		expect(await stepOf(requestEvent())).toEqual({ view: { screen: 'start' } });
		expect(fake.readStatus).not.toHaveBeenCalled();
	});

	test.each<[SessionStatusValue, object]>([
		['CREATED', { view: { screen: 'scan', sessionId: ID, qr: expect.stringContaining('<svg') } }],
		['PENDING', { view: { screen: 'scan', requestUri: 'openid4vp://?request_uri=x' } }],
		['INTERACTION_STARTED', { view: { screen: 'opened', sessionId: ID } }],
		['VERIFYING', { view: { screen: 'checking', sessionId: ID } }],
		['VERIFIED', { goTo: '/login/continue' }],
		['COMPLETED', { goTo: '/login/continue' }],
		['IDV_REQUIRED', { goTo: '/login/identity' }],
		['RECONCILING', { goTo: '/login/identity' }],
		['EXPIRED', { view: { screen: 'ended', outcome: 'expired' } }],
		['FAILED', { view: { screen: 'ended', outcome: 'failed' } }],
		['ERROR', { view: { screen: 'ended', outcome: 'failed' } }],
		['VP_VALIDATION_FAILED', { view: { screen: 'ended', outcome: 'refused' } }]
	])('at %s shows %j', async (status, step) => {
		bridgeSays(status);
		fake.complete.mockResolvedValue({ kind: 'completed' });
		expect(await stepOf((await browser()).event)).toMatchObject(step);
	});

	test('shows no code for a session that is used up', async () => {
		bridgeSays('PENDING');
		const id = 'e'.repeat(32);
		await markUsed(id);
		expect(await stepOf((await browser({ id })).event)).toMatchObject({
			view: { screen: 'ended', outcome: 'expired' }
		});
		expect(fake.readStatus).not.toHaveBeenCalled();
	});

	test('follows the newest of several sessions', async () => {
		bridgeSays('PENDING');
		const { event, owned } = await browser();
		await keepOwned(event.cookies, { ...owned, id: 'f'.repeat(32), startedAt: owned.startedAt + 1 });
		expect(await stepOf(event)).toMatchObject({ view: { sessionId: 'f'.repeat(32) } });
	});

	test('continues to identity verification if only completing shows that it is required', async () => {
		bridgeSays('VERIFIED');
		fake.complete.mockResolvedValue({ kind: 'idv_required', reason: 'FIRST_TIME_LINK' });
		expect(await stepOf((await browser()).event)).toEqual({ goTo: '/login/identity' });
	});

	test.each<[ProblemCode, string]>([
		['not_found', 'expired'],
		['upstream_unavailable', 'unavailable'],
		['upstream_timeout', 'unavailable'],
		['upstream_invalid', 'unavailable'],
		['internal_error', 'failed']
	])('explains the fault %s as %s', async (code, outcome) => {
		fake.readStatus.mockRejectedValue(new Problem(code));
		expect(await stepOf((await browser()).event)).toEqual({ view: { screen: 'ended', outcome, helpCode: 'r1' } });
	});

	test('shows only the reason for a failed session', async () => {
		bridgeSays('FAILED', { errorCode: 'wallet_declined' });
		expect(await stepOf((await browser()).event)).toEqual({
			view: { screen: 'ended', outcome: 'declined', helpCode: 'r1' }
		});
	});
});
