import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '$lib/server/config';
import { startFault } from '$lib/server/auth/sign-in-errors';
import { errorFields } from '$lib/server/error-fields';
import { FRESH_MS, RETRY_MS } from '$lib/server/sts/metadata';
import { fakeSts, ISSUER } from '../auth/fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));

const sts = await fakeSts();
beforeEach(() => {
	vi.useFakeTimers({ toFake: ['performance'] });
	vi.stubGlobal('fetch', sts.fetch);
	vi.resetModules();
	sts.behaviour = {};
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test.each([
	['authorization_endpoint', undefined],
	['token_endpoint', undefined],
	['token_endpoint', null],
	['jwks_uri', '/jwks']
])('a discovery document with %s %j does not replace a valid one, and is refused at first', async (name, value) => {
	const { stsMetadata } = await import('$lib/server/sts/metadata');
	sts.behaviour.metadata = { [name]: value };
	await expect(stsMetadata()).rejects.toMatchObject({ code: 'bad_shape', reason: `NO_${name.toUpperCase()}` });

	sts.behaviour.metadata = {};
	const good = await stsMetadata();
	sts.behaviour.metadata = { [name]: value };
	vi.advanceTimersByTime(FRESH_MS);
	expect(await stsMetadata()).toEqual(good);
});

const respondWith = (status: number) => vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status })));

test.each([404, 429, 500, 503])('the last metadata is used while discovery responds with %i', async (status) => {
	const { stsMetadata } = await import('$lib/server/sts/metadata');
	const good = await stsMetadata();
	respondWith(status);
	vi.advanceTimersByTime(FRESH_MS);
	expect(await stsMetadata()).toEqual(good);
});

test.each([404, 403, 301])('a first discovery that responds with %i has a hint to the variable', async (status) => {
	const { stsMetadata } = await import('$lib/server/sts/metadata');
	respondWith(status);
	const error: unknown = await stsMetadata().catch((thrown: unknown) => thrown);
	expect(errorFields(error as Error)).toMatchObject({
		status,
		reason: 'NO_DISCOVERY_DOCUMENT',
		hint: expect.stringContaining('STS_ISSUER_URL') as string
	});
	expect(errorFields(error as Error)).not.toHaveProperty('stack');
	// Pages say that the STS is unavailable: a gateway may respond so while the STS starts.
	expect(startFault(error)).toBe('sts_unavailable');
});

test('after an endpoint responds with 404, discovery is read again at the next use', async () => {
	const { endpointFetch, stsMetadata } = await import('$lib/server/sts/metadata');
	await stsMetadata();
	vi.advanceTimersByTime(RETRY_MS);
	respondWith(404);
	await endpointFetch(`${ISSUER}/token`, { method: 'POST' });
	vi.stubGlobal('fetch', sts.fetch);
	sts.behaviour.metadata = { token_endpoint: `${ISSUER}/moved` };
	expect(await stsMetadata()).toMatchObject({ token_endpoint: `${ISSUER}/moved` });
});
