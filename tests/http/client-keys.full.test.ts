import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { keyEnvironment, newClientKey } from '../harness/client-key.ts';
import { diagnose } from '../harness/doctor.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { expectLoginError, institutionOf, signInAtInstitution } from './support/journeys.ts';

const start = (key: JWK) => startLandscape({ runtime, env: keyEnvironment(key), sandboxOptions: { clientKeys: true } });

test.each(['ES384', 'RS256', 'PS256', 'EdDSA'])('people sign in at a portal whose client key uses %s', async (alg) => {
	const landscape = await start(await newClientKey(alg, 'registered'));
	const account = await signInAtInstitution(new Browser(landscape.url)).finally(() => landscape.stop());
	expect(account.url.pathname).toBe('/account');
});

describe('a key that the STS does not know', () => {
	let landscape: Landscape;
	let registered: JWK;
	beforeAll(async () => {
		registered = await newClientKey('ES256', 'registered');
		landscape = await start(registered);
	});
	afterAll(() => landscape.stop());

	test('prevents every sign-in, and the page says that the portal is not set up correctly', async () => {
		const { AUTH_URL: _, ...env } = landscape.env;
		const unknown = await newClientKey('ES256', 'unknown');
		const other = { ...env, ...keyEnvironment(unknown) };
		const portal = await startPortal({ runtime, env: other });
		const login = await institutionOf(new Browser(portal.url)).finally(() => portal.stop());
		expectLoginError(login, 'portal_misconfigured', '/account');
		expect(portal.logs()).toContain('"code":"invalid_client"');
		expect(portal.logs()).not.toContain(unknown.d);
	});

	test('is reported by the doctor, even after a key that the STS knows', async () => {
		const unknown = await newClientKey('ES256', 'unknown');
		const wrong = await diagnose({ ...landscape.env, ...keyEnvironment(unknown) });
		expect(wrong.find('sts.client-keys')).toMatch(/^good: .*unknown \(ES256\)/);
		expect(wrong.find('sts.credentials')).toMatch(/^wrong: .*invalid_client.*STS_CLIENT_KEY/);

		const later = await diagnose({ ...landscape.env, ...keyEnvironment(registered, unknown) });
		expect(later.find('sts.credentials')).toMatch(/^good/);
		expect(later.text).toContain('The STS does not accept the key unknown');
		expect(later.text).not.toContain(registered.d);
	});
});
