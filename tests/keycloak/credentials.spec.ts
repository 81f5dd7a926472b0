import { expect } from '@playwright/test';
import * as v from 'valibot';
import { startGreetingBackend } from '../backend/greeting.ts';
import { Browser } from '../harness/browser.ts';
import { keyEnvironment, newClientKey } from '../harness/client-key.ts';
import { diagnose } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { keycloakAddress, portalEnvironment, signIn, test } from './support/place.ts';
import { createRealm, type Realm } from './support/realm.ts';

const Client = v.looseObject({ id: v.string(), attributes: v.record(v.string(), v.string()) });

/** Changes settings of the portal's client, and returns Keycloak's id of it. */
async function changeClient({ admin, name }: Realm, changes: object, attributes: Record<string, string>) {
	const id = await admin.clientId(name, 'portal-frontend');
	const client = await admin.ask(Client, 'GET', `/${name}/clients/${id}`);
	const changed = { ...client, ...changes, attributes: { ...client.attributes, ...attributes } };
	await admin.do('PUT', `/${name}/clients/${id}`, changed);
	return id;
}

/** A backend: a client, and an optional client scope with its audience for the portal's client. */
async function addBackend({ admin, name }: Realm, portalClient: string, backend: string): Promise<void> {
	const flows = { standardFlowEnabled: false, directAccessGrantsEnabled: false };
	await admin.do('POST', `/${name}/clients`, { clientId: backend, publicClient: false, ...flows });
	await admin.do('POST', `/${name}/client-scopes`, {
		name: backend,
		protocol: 'openid-connect',
		attributes: { 'include.in.token.scope': 'true' },
		protocolMappers: [
			{
				name: 'audience',
				protocol: 'openid-connect',
				protocolMapper: 'oidc-audience-mapper',
				config: { 'included.client.audience': backend, 'access.token.claim': 'true', 'id.token.claim': 'false' }
			}
		]
	});
	const scope = await admin.scopeId(name, backend);
	await admin.do('PUT', `/${name}/clients/${portalClient}/optional-client-scopes/${scope}`);
}

const exchange = (url: string, name: string) => ({ url, token: 'exchange', tokenAudience: name, tokenScope: name });

test('the portal authenticates with a key, and each backend receives a token that only it accepts', async () => {
	test.setTimeout(90_000);
	const port = await freePort();
	const portalUrl = `http://localhost:${port}`;
	const realm = await createRealm(keycloakAddress(), portalUrl);
	const portalClient = await changeClient(
		realm,
		{ clientAuthenticatorType: 'client-jwt' },
		{
			'use.jwks.url': 'true',
			'jwks.url': `${portalUrl}/.well-known/jwks.json`,
			'standard.token.exchange.enabled': 'true'
		}
	);
	for (const backend of ['grades', 'library']) await addBackend(realm, portalClient, backend);
	const jwksUrl = `${realm.issuer}/protocol/openid-connect/certs`;
	const [grades, library] = await Promise.all(
		['grades', 'library'].map((audience) => startGreetingBackend({ issuer: realm.issuer, jwksUrl, audience }))
	);
	const BACKENDS = JSON.stringify({
		grades: exchange(grades?.url ?? '', 'grades'),
		library: exchange(library?.url ?? '', 'library'),
		stolen: exchange(library?.url ?? '', 'grades'),
		unknown: exchange(library?.url ?? '', 'nobody')
	});
	const keys = keyEnvironment(await newClientKey('ES256', 'first'), await newClientKey('PS256', 'second'));
	const env = { ...(await portalEnvironment(realm)), ...keys, BACKENDS };
	const landscape = await startLandscape({ runtime, port, env });
	const visitor = new Browser(landscape.url);
	await signIn(visitor, realm.person);
	const responses = [];
	for (const name of ['grades', 'library', 'stolen', 'unknown'])
		responses.push(await visitor.call(`/api/backends/${name}/hello`));
	const report = await diagnose(landscape.env);
	const still = await visitor.call('/api/me');
	await landscape.stop();
	for (const backend of [grades, library]) backend?.stop();
	await realm.remove();

	// Keycloak responds with `invalid_client` to an audience that it does not know.
	expect(responses.map(({ status }) => status)).toEqual([200, 200, 502, 503]);
	expect(responses[0]?.text).toBe('{"greeting":"Hello, Sanne de Vries!"}');
	expect(still.status).toBe(200);
	expect([report.find('sts.credentials'), report.text]).toEqual([
		expect.stringMatching(/^good/),
		expect.stringContaining('The STS accepts the key second too')
	]);
});
