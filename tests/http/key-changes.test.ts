import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AlteringProxy, type PassingResponse, startAlteringProxy } from '../harness/proxy.ts';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { tokensOver } from './support/held-session.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

type Key = Readonly<Record<string, unknown>>;

let sts: AlteringProxy;
let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		sandboxOptions: { idTokenAlgorithm: 'ES256' },
		env: async (sandbox) => {
			sts = await startAlteringProxy(sandbox.stsUrl);
			return { STS_INTERNAL_URL: sts.url };
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await sts.stop();
});

const other: Key = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), use: 'sig', alg: 'ES256' };

/** Publishes another key with the id of the signing key. */
function publishOther(response: PassingResponse): void {
	if (!response.path.startsWith('/jwks')) return;
	const { keys } = JSON.parse(response.body) as { keys: readonly Key[] };
	response.body = JSON.stringify({ keys: [{ ...other, kid: keys[0]?.kid }] });
}

const breakSignature = (response: PassingResponse) =>
	(response.body = response.body.replace(/(?<="id_token":"[^"]*\.)[^".]+(?=")/, 'A'.repeat(86)));

test('a key that the STS replaces under the same id is used at the next sign-in and the next refresh', async () => {
	sts.alter(publishOther);
	expectLoginError(await signInAtInstitution(new Browser(landscape.url)), 'sign_in_failed');
	sts.alter(null);
	const browser = new Browser(landscape.url);
	expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');

	// The wrong signature makes the portal load the other key.
	sts.alter((response) => {
		publishOther(response);
		breakSignature(response);
	});
	expectLoginError(await signInAtInstitution(new Browser(landscape.url)), 'sign_in_failed');
	sts.alter(null);
	await tokensOver(browser, landscape);
	expect((await browser.call('/api/me')).status).toBe(200);
});
