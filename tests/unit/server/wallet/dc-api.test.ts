import { beforeEach, expect, test, vi } from 'vitest';
import { markUsed, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { Problem, type ProblemCode } from '$lib/server/http/problem';
import { submitDcApi } from '$lib/server/wallet/dc-api';
import { storeDetails } from '$lib/server/wallet/owned-sessions';
import { requestEvent } from '../../../harness/request-event';

const bridge = vi.hoisted(() => ({ submitDcApi: vi.fn() }));
vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => ({ bridge: () => bridge, credentialFor: () => ({ requestId: 'r1' }) }));

const body = { protocol: 'openid4vp-v1-signed', data: { response: 'a..b.c.d' } } as const;
const submitted = { sessionId: 'a', status: 'VERIFYING' };
let made = 0;

beforeEach(() => {
	bridge.submitDcApi.mockReset().mockResolvedValue(submitted);
});

/** A session for which the Auth Bridge has offered the API, unless `dcRequest` is null. */
async function session(changes: Partial<OwnedSession> = {}, dcRequest: string | null = 'h.p.s'): Promise<OwnedSession> {
	const id = `session-${++made}`;
	const claim = { path: ['x'], label: { nl: 'x', en: 'x' } };
	const details = { requestUri: 'openid4vp://x', bridgeExpiresAt: null, requestedClaims: [claim], dcRequest };
	const created = { sessionId: id, status: 'PENDING', expiresInMs: 300_000, ...details } as const;
	await storeDetails(created, { requestId: 'r1' });
	const startedAt = Date.now();
	const times = { startedAt, expiresAt: startedAt + 300_000 };
	const rest = { requestUri: null, returnTo: '/account', idv: 'none', completed: false, hasDetails: true } as const;
	return { id, ...times, ...rest, ...changes };
}
const submit = (owned: OwnedSession, json: unknown = body) =>
	submitDcApi(requestEvent({ method: 'POST', path: '/', json }), owned);

async function refused(work: Promise<unknown>): Promise<ProblemCode | 'ValiError'> {
	const error: unknown = await work.then(
		() => expect.fail('was accepted'),
		(thrown: unknown) => thrown
	);
	return error instanceof Problem ? error.code : 'ValiError';
}

test('a response is sent to the Auth Bridge unchanged', async () => {
	const owned = await session();
	expect(await submit(owned)).toBe(submitted);
	expect(bridge.submitDcApi).toHaveBeenCalledExactlyOnceWith(owned.id, body, { requestId: 'r1' });
});

test('a session accepts only one response, even if several arrive at the same time', async () => {
	const owned = await session();
	const all = await Promise.allSettled([submit(owned), submit(owned), submit(owned)]);
	expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
	expect(await refused(submit(owned))).toBe('wallet_already_responded');
	expect(bridge.submitDcApi).toHaveBeenCalledTimes(1);
});

test('a response that the Auth Bridge did not accept may be followed by another one', async () => {
	const owned = await session();
	bridge.submitDcApi.mockRejectedValueOnce(new Problem('upstream_unavailable'));
	expect(await refused(submit(owned))).toBe('upstream_unavailable');
	expect(await submit(owned)).toBe(submitted);
	expect(await refused(submit(owned))).toBe('wallet_already_responded');
});

test('a session whose offer is missing or lost accepts no response', async () => {
	expect(await refused(submit(await session({}, null)))).toBe('dc_api_not_offered');
	expect(await refused(submit(await session({ hasDetails: undefined })))).toBe('dc_api_not_offered');
	expect(await refused(submit(await session({ id: 'lost' })))).toBe('dc_api_not_offered');
	expect(bridge.submitDcApi).not.toHaveBeenCalled();
});

test('a session that is completed, used or in identity verification accepts no response', async () => {
	expect(await refused(submit(await session({ completed: true })))).toBe('wallet_already_responded');
	expect(await refused(submit(await session({ idv: 'started' })))).toBe('wallet_already_responded');
	const used = await session();
	await markUsed(used.id);
	expect(await refused(submit(used))).toBe('not_found');
	expect(bridge.submitDcApi).not.toHaveBeenCalled();
});

test.each([
	['an unencrypted presentation', { ...body, data: { vp_token: { eduid: ['x'] } } }],
	['a signed response that is not encrypted', { ...body, data: { response: 'a.b.c' } }],
	['another protocol', { ...body, protocol: 'openid4vp-v1-unsigned' }],
	['an unknown field beside the response', { ...body, data: { response: 'a..b.c.d', state: 'x' } }],
	['an unknown field beside the data', { ...body, origin: 'https://portal.example' }],
	['a list', [body]],
	['nothing', {}]
])('%s is refused before anything is sent', async (_what, json) => {
	const owned = await session();
	await refused(submit(owned, json));
	expect(bridge.submitDcApi).not.toHaveBeenCalled();
	expect(await submit(owned)).toBe(submitted);
});

test('a response of 256 kB is accepted, and a larger one is not', async () => {
	const overhead = JSON.stringify({ ...body, data: { response: 'a..b.c.' } }).length;
	const ofBytes = (bytes: number) => ({ ...body, data: { response: `a..b.c.${'d'.repeat(bytes - overhead)}` } });
	const owned = await session();
	expect(await refused(submit(owned, ofBytes(262_145)))).toBe('payload_too_large');
	expect(await submit(owned, ofBytes(262_144))).toBe(submitted);
});

test('more attempts than the rate limit of a browser are refused', async () => {
	const owned = await session();
	bridge.submitDcApi.mockRejectedValue(new Problem('upstream_unavailable'));
	const codes: string[] = [];
	for (let attempt = 0; attempt < 31; attempt++) codes.push(await refused(submit(owned)));
	expect(codes.slice(-2)).toEqual(['upstream_unavailable', 'rate_limited']);
});
