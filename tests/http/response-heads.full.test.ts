import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { makeCertificate } from '../harness/certificate.ts';
import { freePort } from '../harness/free-port.ts';
import { type Front, type Landscape, startLandscape } from '../harness/landscape.ts';
import { startNginx } from '../harness/nginx.ts';
import { runtime } from '../harness/runtime.ts';
import { startKeycloakFront } from '../harness/keycloak-front.ts';
import { keycloakTokens } from '../harness/keycloak-tokens.ts';
import type { AlteringProxy } from '../harness/proxy.ts';
import { everyPath } from './support/every-route.ts';
import { heldSession, tokensDue } from './support/held-session.ts';
import {
	createWalletSession,
	signInAtInstitution,
	signInByVerification,
	signInWithWallet
} from './support/journeys.ts';

/** nginx reads a response head into one buffer of 4 kB, together with some bytes of its own. */
const MAX_HEAD_BYTES = 4000;

let landscape: Landscape;
let keycloak: AlteringProxy;

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		front: startNginxFront,
		env: async ({ stsUrl }) => {
			keycloak = await startKeycloakFront(stsUrl);
			return { STS_INTERNAL_URL: keycloak.url };
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await keycloak.stop();
});

async function startNginxFront(portalPort: number): Promise<Front> {
	const port = await freePort();
	const nginx = await startNginx({ port, portalPort, certificate: await makeCertificate() });
	return { url: `https://localhost:${port}`, stop: () => nginx.stop() };
}

/** The size of the status line and headers as sent, including the empty line. */
function headBytes({ status, statusText, headers }: Visit): number {
	const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
	return [`HTTP/1.1 ${status} ${statusText}`, ...lines, '', ''].join('\r\n').length;
}

const tooLarge = (visits: readonly Visit[]) =>
	visits
		.map((visit) => ({ path: visit.url.pathname, status: visit.status, bytes: headBytes(visit) }))
		.filter(({ bytes }) => bytes >= MAX_HEAD_BYTES);

test('a sign-in with tokens of Keycloak’s sizes passes default nginx, with response heads below 4,000 bytes', async () => {
	const browser = new Browser(landscape.url);
	await browser.open('/locale', { form: { locale: 'nl', returnTo: '/' } });
	const account = await signInAtInstitution(browser);
	expect([account.status, account.url.pathname]).toEqual([200, '/account']);
	const { accessToken, refreshToken } = await heldSession(browser, landscape);
	const expected = keycloakTokens();
	expect([accessToken.length, refreshToken?.length]).toEqual([
		expected.accessToken.length,
		expected.refreshToken.length
	]);
	expect(tooLarge(browser.visits)).toEqual([]);
});

test('a token refresh, wallet sessions and a sign-out have response heads below 4,000 bytes', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	await tokensDue(browser, landscape);
	const renewed = await browser.call('/api/me');
	expect([renewed.status, renewed.headers.getSetCookie().length]).toEqual([200, 1]);
	for (let session = 0; session < 5; session++) await createWalletSession(browser);
	await browser.call('/api/auth/signout', { method: 'POST' });
	expect(tooLarge(browser.visits)).toEqual([]);
});

test('a page that refreshes the tokens has a response head below 4,000 bytes', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	await tokensDue(browser, landscape);
	const account = await browser.open('/account', { follow: false });
	expect([account.status, account.headers.getSetCookie().length]).toEqual([200, 1]);
	expect(tooLarge([account])).toEqual([]);
});

test('a sign-in with a wallet, and one with identity verification, have response heads below 4,000 bytes', async () => {
	for (const signIn of [signInWithWallet, signInByVerification]) {
		const browser = new Browser(landscape.url);
		expect((await signIn(browser, landscape.sandbox)).url.pathname).toBe('/account');
		expect(tooLarge(browser.visits)).toEqual([]);
	}
});

test('every route has a response head below 4,000 bytes for a signed-in person with a full cookie budget', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const returnTo = `/account?${'x'.repeat(480)}`;
	for (let tab = 0; tab < 5; tab++)
		await browser.open(`/login/start?${new URLSearchParams({ provider: 'sts', returnTo })}`, { follow: false });
	const id = await createWalletSession(browser);
	for (const path of everyPath({ walletSession: id, wallet: 'x' })) await browser.open(path, { follow: false });
	expect(browser.visits.length).toBeGreaterThan(30);
	expect(tooLarge(browser.visits)).toEqual([]);
});
