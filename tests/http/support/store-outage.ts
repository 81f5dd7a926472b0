import { expect } from 'vitest';
import { Browser } from '../../harness/browser.ts';
import type { Portal } from '../../harness/portal.ts';
import { copyOf } from './held-session.ts';
import type { Instances } from './instances.ts';
import { signInAtInstitution } from './journeys.ts';

/** The documented limit is one second; a busy machine gets more. */
export const SOON = { timeout: 10_000, interval: 50 };
export const UNAVAILABLE = 'the shared store is unavailable';
const AVAILABLE = 'the shared store is available again';

interface Outage {
	readonly begin: () => Promise<unknown>;
	readonly end: () => Promise<unknown>;
	/** How the log describes the cause. */
	readonly cause: string | RegExp;
}

/** How often a text occurs in a portal's log. */
export const timesIn = (portal: Portal | undefined, text: string) => (portal?.logs() ?? '').split(text).length - 1;

/** The state of the store according to the readiness check. */
export async function storeOf(url: string): Promise<string> {
	const response = await fetch(`${url}/api/health/ready`);
	return ((await response.json()) as { store: string }).store;
}

const me = async (who: Browser) => (await who.call('/api/me')).status;

/**
 * Signs out at the first of two instances during an outage of their store. The session is refused at once at that instance,
 * and at the other one as soon as the store accepts writes. Readiness and the log report the outage, once per change.
 * @param signOut ends the session of the given browser
 */
export async function signOutDuring(
	{ begin, end, cause }: Outage,
	instances: Instances,
	signOut = (browser: Browser): Promise<unknown> => browser.call('/api/auth/signout', { method: 'POST' })
): Promise<void> {
	const [here, there] = instances.portals;
	const browser = new Browser(instances.url);
	await signInAtInstitution(browser);
	const [copyHere, copyThere] = instances.urls.map((url) => copyOf(browser, url)) as [Browser, Browser];
	expect(await Promise.all([me(copyHere), me(copyThere)])).toEqual([200, 200]);
	const before = [here, there].map((portal) => [timesIn(portal, UNAVAILABLE), timesIn(portal, AVAILABLE)]);
	const logBefore = here?.logs().length ?? 0;

	await begin();
	try {
		await signOut(browser);
		expect(await me(copyHere)).toBe(401);
		for (const url of instances.urls) await expect.poll(() => storeOf(url), SOON).toBe('down');
		// A successful read does not change that.
		await me(copyThere);
		expect(await storeOf(instances.url)).toBe('down');
	} finally {
		await end();
	}
	await expect.poll(() => me(copyThere), SOON).toBe(401);
	expect(await me(copyHere)).toBe(401);
	for (const url of instances.urls) await expect.poll(() => storeOf(url), SOON).toBe('up');
	await expect
		.poll(() => [here, there].map((portal) => [timesIn(portal, UNAVAILABLE), timesIn(portal, AVAILABLE)]))
		.toEqual(before.map(([gone = 0, back = 0]) => [gone + 1, back + 1]));
	const lines = here?.logs().slice(logBefore).split('\n') ?? [];
	const line = lines.find((text) => text.includes(UNAVAILABLE));
	expect(line).toMatch(cause);
	expect(line).toMatch(/"level":"WARN/);
}
