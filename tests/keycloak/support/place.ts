import { expect, type Page, test as base } from '@playwright/test';
import { watchContext } from '../../e2e/support/watch.ts';
import { Browser, linkIn } from '../../harness/browser.ts';
import { freePort } from '../../harness/free-port.ts';
import { type Landscape, startLandscape } from '../../harness/landscape.ts';
import { runtime } from '../../harness/runtime.ts';
import type { KeycloakAddress } from './admin.ts';
import { createRealm, type Person, type Realm } from './realm.ts';

/** A Keycloak with a realm for a portal, and that portal; the Auth Bridge is the sandbox's. */
export interface Place {
	readonly realm: Realm;
	readonly landscape: Landscape;
}

interface Fixtures {
	/** A browser without JavaScript that nobody is signed in with. */
	visitor: Browser;
}

interface WorkerFixtures {
	place: Place;
}

/** `test` with a realm and a portal of its own per worker. */
export const test = base.extend<Fixtures, WorkerFixtures>({
	place: [
		async ({}, use) => {
			const port = await freePort();
			const realm = await createRealm(keycloakAddress(), `http://localhost:${port}`);
			const landscape = await startLandscape({ runtime, port, env: await portalEnvironment(realm) });
			await use({ realm, landscape });
			await landscape.stop();
			await realm.remove();
		},
		{ scope: 'worker', timeout: 60_000 }
	],
	baseURL: async ({ place }, use) => use(place.landscape.url),
	context: async ({ context, place }, use) => {
		const { expectNothingOdd } = watchContext(context, place.landscape.url, false);
		await use(context);
		expectNothingOdd();
	},
	visitor: async ({ place }, use) => use(new Browser(place.landscape.url))
});

/** What the portal is told of a realm; the rest is as in any landscape. */
export async function portalEnvironment(realm: Realm): Promise<Record<string, string>> {
	return {
		STS_ISSUER_URL: realm.issuer,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: await realm.secretOf('portal-frontend'),
		STS_SCOPE: 'openid profile email eduid',
		API_AUDIENCE: 'portal-api'
	};
}

/** Signs in by links and forms alone, at Keycloak's own page. */
export async function signIn(visitor: Browser, { username, password }: Person): Promise<void> {
	const keycloak = await visitor.open(linkIn(await visitor.open('/login'), 'provider=sts'));
	const account = await visitor.submit(keycloak, { username, password });
	expect(account.url.pathname).toBe('/account');
}

/** The same, in Chromium. */
export async function signInOnScreen(page: Page, { username, password }: Person): Promise<void> {
	await page.goto('/login');
	await page.locator('a[href*="provider=sts"]').click();
	await page.locator('#username').fill(username);
	await page.locator('#password').fill(password);
	await page.locator('#kc-login').click();
}

/** The Keycloak that this run is about; `npm run test:keycloak` starts one, or is told of one. */
export function keycloakAddress(): KeycloakAddress {
	const { KEYCLOAK_URL: url, KEYCLOAK_ADMIN_USER: user, KEYCLOAK_ADMIN_PASSWORD: password } = process.env;
	if (!url || !user || !password) throw new Error('Start this with: npm run test:keycloak');
	return { url, user, password };
}
