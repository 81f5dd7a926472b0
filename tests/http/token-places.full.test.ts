import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { startKeycloakFront } from '../harness/keycloak-front.ts';
import { groupNames } from '../harness/keycloak-tokens.ts';
import type { AlteringProxy } from '../harness/proxy.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession, tokensDue } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { signInAtInstitution } from './support/journeys.ts';

const PLACES = ['auto', 'store', 'cookie'] as const;
type Place = (typeof PLACES)[number];

/** Every change from one setting to another, in both directions. */
const WAY: readonly Place[] = ['auto', 'store', 'cookie', 'auto', 'cookie', 'store', 'auto', 'cookie'];

describe.skipIf(!hasRedis())('instances with different SESSION_TOKENS and one Redis', () => {
	let redis: Redis;
	let keycloak: AlteringProxy;
	let instances: Instances;
	let groups: readonly string[] = [];

	beforeAll(async () => {
		redis = await startRedis();
		const [first, ...others] = PLACES.map((place) => ({ SESSION_TOKENS: place }));
		const env = async ({ stsUrl }: { stsUrl: string }) => {
			keycloak = await startKeycloakFront(stsUrl, () => groups);
			return { STS_INTERNAL_URL: keycloak.url, REDIS_URL: redis.url, ...first };
		};
		instances = await startInstances(PLACES.length, { runtime, env }, others);
	});
	afterAll(async () => {
		await instances.stop();
		await keycloak.stop();
		await redis.stop();
	});

	const at = (place: Place, browser: Browser) => copyOf(browser, instances.urls[PLACES.indexOf(place)] ?? '');
	const grants = () => instances.sandbox.counts().refreshGrants;

	async function expectSignedIn(browser: Browser): Promise<void> {
		expect((await browser.call('/api/me')).status).toBe(200);
		expect((await browser.open('/account', { follow: false })).status).toBe(200);
	}

	test.each([
		{ count: 0, auto: 'either' },
		{ count: 100, auto: 'store' }
	])(
		'keep a person with $count groups signed in, regardless of which instances receive their requests',
		async (what) => {
			groups = groupNames(what.count);
			let browser = new Browser(instances.url);
			await signInAtInstitution(browser);
			for (const [index, place] of WAY.entries()) {
				const before = WAY[index - 1] ?? 'auto';
				browser = at(place, browser);
				await expectSignedIn(browser);
				await tokensDue(browser, instances);
				await expectSignedIn(browser);
				const { tokensKey } = await heldSession(browser, instances);
				const expected = place === 'auto' ? what.auto : place;
				if (expected !== 'either') expect(tokensKey === undefined ? 'cookie' : 'store').toBe(expected);

				// Two tabs at once, at the instances before and after the change.
				await tokensDue(browser, instances);
				const tab = at(before, browser);
				const earlier = grants();
				await Promise.all([browser, tab].map(expectSignedIn));
				expect(grants()).toBe(earlier + 1);
				// The browser keeps the cookie that it receives last.
				for (const last of [browser, tab]) for (const next of [place, before]) await expectSignedIn(at(next, last));
				browser = index % 2 === 0 ? tab : browser;
			}
		}
	);

	test('move tokens into the cookie where that is configured, so that the store can be removed', async () => {
		groups = groupNames(100);
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		expect((await heldSession(browser, instances)).tokensKey).toBeDefined();
		const moved = at('cookie', browser);
		await expectSignedIn(moved);
		await redis.command('FLUSHALL');
		await expectSignedIn(moved);
		await tokensDue(moved, instances);
		await expectSignedIn(moved);
		expect((await heldSession(moved, instances)).tokensKey).toBeUndefined();
	});
});
