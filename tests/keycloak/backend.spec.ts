import { expect } from '@playwright/test';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { startGreetingBackend } from '../backend/greeting.ts';
import { keycloakAddress, portalEnvironment, signIn, test } from './support/place.ts';
import { createRealm } from './support/realm.ts';

test('a backend of the institution greets the person by the name in the token, once tokens have its audience', async () => {
	test.setTimeout(60_000);
	const port = await freePort();
	const realm = await createRealm(keycloakAddress(), `http://localhost:${port}`);
	const backend = await startGreetingBackend({
		issuer: realm.issuer,
		jwksUrl: `${realm.issuer}/protocol/openid-connect/certs`,
		audience: 'greeting-backend'
	});
	const BACKENDS = JSON.stringify({ greeting: { url: backend.url, token: 'user' } });
	const landscape = await startLandscape({ runtime, port, env: { ...(await portalEnvironment(realm)), BACKENDS } });
	const greet = async () => {
		const visitor = new Browser(landscape.url);
		const stranger = await visitor.call('/api/backends/greeting/hello');
		await signIn(visitor, realm.person);
		return [stranger, await visitor.call('/api/backends/greeting/hello')];
	};
	const before = await greet();
	await realm.addMapper('oidc-audience-mapper', {
		'included.custom.audience': 'greeting-backend',
		'access.token.claim': 'true',
		'id.token.claim': 'false'
	});
	const after = await greet();
	await landscape.stop();
	backend.stop();
	await realm.remove();
	expect([...before, ...after].map(({ status }) => status)).toEqual([401, 502, 401, 200]);
	expect(after[1]?.text).toBe('{"greeting":"Hello, Sanne de Vries!"}');
});
