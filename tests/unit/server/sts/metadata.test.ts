import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '$lib/server/config';
import { FRESH_MS } from '$lib/server/sts/metadata';
import { fakeSts } from '../auth/fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/client', () => import('../fetch-client'));

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
])('a discovery document with %s %j does not replace the one before, and is none at first', async (name, value) => {
	const { stsMetadata } = await import('$lib/server/sts/metadata');
	sts.behaviour.metadata = { [name]: value };
	await expect(stsMetadata()).rejects.toMatchObject({ code: 'bad_shape', reason: `NO_${name.toUpperCase()}` });

	sts.behaviour.metadata = {};
	const good = await stsMetadata();
	sts.behaviour.metadata = { [name]: value };
	vi.advanceTimersByTime(FRESH_MS);
	expect(await stsMetadata()).toEqual(good);
});
