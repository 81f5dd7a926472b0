import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect } from '@playwright/test';
import { en } from '../../src/lib/i18n/index.ts';
import { Browser, headingOf, linkIn } from '../harness/browser.ts';
import { diagnose } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { heldSession, tokensDue } from '../http/support/held-session.ts';
import { keycloakAddress, portalEnvironment, signIn, test } from './support/place.ts';
import { createRealm } from './support/realm.ts';
import { addLevels, addPersonWithCode } from './support/step-up.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';
const { stronger, done } = en.account.stepUp;

test('Keycloak requires a one-time password only if a backend requires it', async () => {
	test.setTimeout(90_000);
	const service = createServer((_request, response) => response.end('the grades')).listen(0, '127.0.0.1');
	await once(service, 'listening');
	const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
	const port = await freePort();
	const realm = await createRealm(keycloakAddress(), `http://localhost:${port}`);
	await addLevels(realm, [SFA, MFA]);
	const person = await addPersonWithCode(realm);
	const BACKENDS = JSON.stringify({
		grades: { url, token: 'user', acr: MFA },
		unknown: { url, token: 'user', acr: 'https://refeds.org/profile/none' }
	});
	const env = { ...(await portalEnvironment(realm)), BACKENDS };
	const landscape = await startLandscape({ runtime, port, env });
	const visitor = new Browser(landscape.url);
	try {
		await signIn(visitor, person);
		const first = await heldSession(visitor, landscape);
		expect(first.acr).toBe(SFA);

		const page = await visitor.open('/api/backends/grades/x');
		expect(headingOf(page)).toBe(stronger.title);
		const keycloak = await visitor.open(linkIn(page, '/login/start'));
		expect([keycloak.text.includes('name="password"'), keycloak.text.includes('name="otp"')]).toEqual([false, true]);
		const end = await visitor.submit(keycloak, { otp: person.code() });
		expect(headingOf(end)).toBe(done.title);
		expect((await visitor.open(linkIn(end, '/api/backends/'))).text).toBe('the grades');
		expect(await heldSession(visitor, landscape)).toMatchObject({ acr: MFA, sub: first.sub, sid: first.sid });

		// The level stays after a refresh. Keycloak ends a request for a level that it does not have with a page of its own.
		await tokensDue(visitor, landscape);
		expect((await visitor.call('/api/backends/grades/x')).status).toBe(200);
		const unknown = await visitor.open('/api/backends/unknown/x');
		const refused = await visitor.open(linkIn(unknown, '/login/start'));
		expect([refused.url.origin, refused.status]).toEqual([new URL(realm.issuer).origin, 400]);
		expect((await heldSession(visitor, landscape)).acr).toBe(MFA);
		expect((await diagnose(landscape.env)).find('sts.acr')).toContain(
			'BACKENDS (unknown.acr): https://refeds.org/profile/none. → People may not be able to reach such a level. The STS lists:'
		);
	} finally {
		await landscape.stop();
		await realm.remove();
		service.close();
	}
});
