import { expect, test, vi } from 'vitest';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import type { CreatedSession } from '$lib/server/bridge/normalize';
import { log } from '$lib/server/log';
import { sharedStore } from '$lib/server/store';
import { detailsOf, storeDetails } from '$lib/server/wallet/owned-sessions';

vi.mock('$lib/server/config', () => import('../configured'));

const claim = { path: ['given_name'], label: { nl: 'voornaam', en: 'first name' } };
const created: CreatedSession = {
	sessionId: 'a',
	requestUri: 'openid4vp://x',
	expiresInMs: 300_000,
	bridgeExpiresAt: null,
	requestedClaims: [claim],
	dcRequest: 'a.b.c'
};
const request = { requestId: 'r1' };
const none = { requestedClaims: [], dcRequest: null };
const owned = (changes: Partial<OwnedSession> = {}): OwnedSession => ({
	id: 'a',
	requestUri: null,
	startedAt: 0,
	expiresAt: 0,
	returnTo: '/account',
	idv: 'none',
	completed: false,
	hasDetails: true,
	...changes
});

test('the claims and the signed request are stored sealed, and can be read again', async () => {
	expect(await storeDetails(created, request)).toBe(true);
	expect((await sharedStore().read('wallet-details:a'))?.text).not.toContain('voornaam');
	expect(await detailsOf(owned())).toEqual({ requestedClaims: [claim], dcRequest: 'a.b.c' });
});

test('a request without details is neither stored nor read from the store', async () => {
	expect(await storeDetails({ ...created, sessionId: 'none', ...none }, request)).toBe(false);
	const read = vi.spyOn(sharedStore(), 'read');
	expect(await detailsOf(owned({ id: 'none', hasDetails: undefined }))).toEqual(none);
	expect(read).not.toHaveBeenCalled();
	read.mockRestore();
});

test('details that the store has lost, or that belong to another session, are ignored', async () => {
	await storeDetails({ ...created, sessionId: 'b' }, request);
	const moved = (await sharedStore().read('wallet-details:b'))?.text ?? '';
	await sharedStore().write('wallet-details:c', moved, 1000);
	await sharedStore().write('wallet-details:d', 'nonsense', 1000);
	for (const id of ['c', 'd', 'lost']) expect(await detailsOf(owned({ id }))).toEqual(none);
});

test('requested claims that are too large for the store are omitted, which is logged', async () => {
	const path = Array<string>(10).fill('\u20ac'.repeat(200));
	const requestedClaims = Array.from({ length: 20 }, () => ({ ...claim, path }));
	const warn = vi.spyOn(log, 'warn').mockReturnValue();
	expect(await storeDetails({ ...created, sessionId: 'large', requestedClaims }, request)).toBe(true);
	expect(warn).toHaveBeenCalledExactlyOnceWith(expect.any(String), expect.objectContaining(request));
	warn.mockRestore();
	expect(await detailsOf(owned({ id: 'large' }))).toEqual({ requestedClaims: [], dcRequest: created.dcRequest });
});
