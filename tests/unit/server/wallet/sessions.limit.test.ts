import { isRedirect, type RequestEvent } from '@sveltejs/kit';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import { Problem } from '$lib/server/http/problem';
import { cancelWallet, rejectIdentity } from '$lib/server/wallet/cancel';
import { finishIdv, startIdv, submitIdv } from '$lib/server/wallet/identity';
import { resumeIdentity } from '$lib/server/wallet/identity-page';
import { completeWalletSession } from '$lib/server/wallet/sessions';
import { config } from '../configured';
import { bridgeSays, browser, fake } from './fake-bridge';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => import('./fake-bridge'));

const limit = config().rateLimits.perWalletSession;
let lastId = 0;
const newId = () => (++lastId).toString(16).padStart(32, '0');

beforeEach(() => {
	bridgeSays('PENDING');
	for (const call of [fake.complete, fake.initiateIdv, fake.submitIdv, fake.finishIdv])
		call.mockRejectedValue(new Problem('session_not_verified'));
});

type Call = (event: RequestEvent, owned: OwnedSession) => Promise<unknown>;
const calls: readonly (readonly [string, keyof typeof fake, Call])[] = [
	['a completion', 'complete', completeWalletSession],
	['a start of identity verification', 'initiateIdv', startIdv],
	['a confirmation', 'submitIdv', (event, owned) => submitIdv(event, owned, { confirm: true })]
];

/** Calls more often than is allowed. @returns the codes of the errors, in order */
async function codesOf(call: Call, event: RequestEvent, owned: OwnedSession): Promise<string[]> {
	const codes: string[] = [];
	for (let n = 0; n <= limit; n++)
		await call(event, owned).catch((error: unknown) =>
			codes.push(error instanceof Problem ? error.code : String(error))
		);
	return codes;
}

describe('the number of calls of the Auth Bridge for one wallet session is limited', () => {
	test.each(calls)('%s beyond the limit is refused, but not in another wallet session', async (_what, name, call) => {
		const { event, owned } = await browser({ id: newId() });
		const codes = await codesOf(call, event, owned);
		expect(codes.slice(-2)).toEqual(['session_not_verified', 'rate_limited']);
		expect(fake[name]).toHaveBeenCalledTimes(limit);
		const other = await browser({ id: newId() });
		await expect(call(other.event, other.owned)).rejects.toMatchObject({ code: 'session_not_verified' });
	});

	test('a return from an institution beyond the limit is not passed on, and its code can be used later', async () => {
		const { event, owned } = await browser({ id: newId(), idv: 'started' });
		await codesOf(completeWalletSession, event, owned);
		event.url.search = '?code=a&state=b';
		expect(await finishIdv(event, owned)).toContain('outcome=failed');
		expect(fake.finishIdv).not.toHaveBeenCalled();
	});

	test('a link to the end of identity verification beyond the limit reads no status', async () => {
		const { event, owned } = await browser({ id: newId(), idv: 'started' }, '/login?idv=complete');
		await codesOf(completeWalletSession, event, owned);
		expect(await resumeIdentity(event, owned.id)).toBe('/login/identity');
		expect(fake.readFreshStatus).not.toHaveBeenCalled();
	});

	test.each([
		['a cancellation', cancelWallet, 'stopped=nothing_kept'],
		['a rejected identity', rejectIdentity, 'outcome=not-me-late']
	])('%s beyond the limit takes effect, and promises nothing', async (_what, end, promise) => {
		bridgeSays('IDV_REQUIRED');
		const { event, owned } = await browser({ id: newId() });
		await codesOf(completeWalletSession, event, owned);
		const thrown: unknown = await end(event, new FormData()).catch((error: unknown) => error);
		expect(isRedirect(thrown) && thrown.location).toContain(promise);
		expect(fake.readFreshStatus).not.toHaveBeenCalled();
		await expect(completeWalletSession(event, owned)).rejects.toMatchObject({ code: 'not_found' });
	});
});
