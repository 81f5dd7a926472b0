import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { startPortal } from '../harness/portal.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { changeSession } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { callbackOf, createWalletSession, sessionPath, signInAtInstitution } from './support/journeys.ts';

const OLD = randomBytes(48).toString('base64url');
const NEW = randomBytes(48).toString('base64url');
const HOURS_AGO = Math.floor(Date.now() / 1000) - 2 * 60 * 60;
const MIXED = [0, 1, 0, 1, 0, 1] as const;

/** The procedure of docs/operations.md ("Changing secrets"). */
describe.skipIf(!hasRedis())('a rotation of AUTH_SECRET, instance by instance', () => {
	let redis: Redis;
	let instances: Instances;
	let portals: Instances['portals'][number][];

	beforeAll(async () => {
		redis = await startRedis();
		instances = await startInstances(2, { runtime, env: { REDIS_URL: redis.url, AUTH_SECRET: OLD } });
		portals = [...instances.portals];
	});
	afterAll(async () => {
		await Promise.all(portals.map((portal) => portal.stop()));
		await instances.stop();
		await redis.stop();
	});

	const restart = async (index: 0 | 1, secret: string) => {
		const portal = portals[index];
		if (!portal) throw new Error(`there is no instance ${index}`);
		await portal.stop();
		const env = { ...instances.env, AUTH_SECRET: secret };
		portals[index] = await startPortal({ runtime, port: portal.port, env });
	};
	const at = (index: number, path: string) => `${instances.urls[index] ?? ''}${path}`;
	const signedIn = async () => {
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		return browser;
	};
	/** Changes the session as if it had been sealed hours ago with this secret. */
	const sealedHoursAgo = (browser: Browser, secret: string) =>
		changeSession(browser, { env: { ...instances.env, AUTH_SECRET: secret } }, { sealedAt: HOURS_AGO });
	const me = (browser: Browser, index: number) => browser.call(at(index, '/api/me'));
	const rewritesSession = ({ headers }: Awaited<ReturnType<typeof me>>) =>
		headers.getSetCookie().some((cookie) => cookie.startsWith('portal.session='));

	/**
	 * Restarts one instance while people have unfinished sign-ins, and expects that each can continue at both instances.
	 */
	async function expectNothingLost(index: 0 | 1, secret: string) {
		const [member, visitor] = [await signedIn(), new Browser(instances.url)];
		const walletSession = await createWalletSession(visitor);
		const signIns = await Promise.all(
			[0, 1].map(async (instance) => {
				const browser = new Browser(instances.url);
				const { pathname, search } = await callbackOf(browser);
				return { browser, callback: at(instance, pathname + search) };
			})
		);
		await restart(index, secret);

		const statuses = [
			...(await Promise.all([0, 1].map((instance) => me(member, instance)))),
			...(await Promise.all([0, 1].map((instance) => visitor.call(at(instance, sessionPath(walletSession, 'status'))))))
		].map(({ status }) => status);
		expect(statuses).toEqual([200, 200, 200, 200]);
		for (const { browser, callback } of signIns) {
			await browser.open(callback, { from: instances.sandbox.stsUrl });
			expect((await me(browser, 0)).status).toBe(200);
		}
	}

	test('loses no session, sign-in in progress or wallet session', { timeout: 240_000 }, async () => {
		const [quiet, active] = [await signedIn(), await signedIn()];
		for (const secret of [`${OLD} ${NEW}`, `${NEW} ${OLD}`]) {
			for (const index of [0, 1] as const) {
				await expectNothingLost(index, secret);
				const responses = await Promise.all([me(quiet, 0), me(quiet, 1)]);
				expect(responses.map(({ status }) => status)).toEqual([200, 200]);
			}
		}
		await sealedHoursAgo(active, OLD);
		expect((await me(active, 0)).status).toBe(200);
		for (const index of [0, 1] as const) {
			await expectNothingLost(index, NEW);
			expect((await me(active, index)).status).toBe(200);
		}
	});

	test(
		'rewrites a session once, however often it meets instances with the other order',
		{ timeout: 120_000 },
		async () => {
			await restart(0, `${OLD} ${NEW}`);
			await restart(1, `${NEW} ${OLD}`);
			const browser = await signedIn();
			await sealedHoursAgo(browser, OLD);
			const rewrites = [];
			for (const index of MIXED) rewrites.push(rewritesSession(await me(browser, index)));
			expect(rewrites).toEqual([false, true, false, false, false, false]);
		}
	);
});
