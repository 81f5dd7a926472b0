import { expect } from '@playwright/test';
import { type Diagnosis, diagnose } from '../harness/doctor.ts';
import { type Place, portalEnvironment, test } from './support/place.ts';

async function consult({ realm, landscape }: Place, env: Record<string, string> = {}): Promise<Diagnosis> {
	return diagnose({ ...landscape.env, ...(await portalEnvironment(realm)), ...env });
}

/** Changes a client at Keycloak; returns what undoes it. */
async function changeClient({ realm }: Place, clientId: string, change: object): Promise<() => Promise<unknown>> {
	const path = `/${realm.name}/clients/${await realm.admin.clientId(realm.name, clientId)}`;
	const before = await realm.admin.do('GET', path);
	await realm.admin.do('PUT', path, { ...(before as object), ...change });
	return () => realm.admin.do('PUT', path, before);
}

test('the doctor finds everything good on the realm of the guide', async ({ place }) => {
	const { code, bad, summary, find } = await consult(place);
	expect({ code, bad }).toEqual({ code: 0, bad: [] });
	expect(summary.good).toBeGreaterThan(10);
	expect(find('sts.cors')).toMatch(/^good: /);
});

test('a wrong client secret is found', async ({ place }) => {
	const { code, find, text } = await consult(place, { STS_CLIENT_SECRET: 'swordfish' });
	expect(find('sts.credentials')).toMatch(/^wrong: .*STS_CLIENT_SECRET/);
	expect(text).not.toContain('swordfish');
	expect(code).toBe(1);
});

test('a scope that the client does not have is found', async ({ place }) => {
	const release = await place.realm.withdrawScope('portal-frontend', 'eduid');
	const { code, bad, find } = await consult(place).finally(release);
	expect({ code, bad }).toEqual({ code: 1, bad: ['sts.scope'] });
	expect(find('sts.scope')).toMatch(/^wrong: The STS refuses the scopes of STS_SCOPE \(eduid\)/);
});

test('a missing redirect URI is found, and the other one is good', async ({ place }) => {
	const redirectUris = [`${place.landscape.url}/api/auth/callback/sts`];
	const undo = await changeClient(place, 'portal-frontend', { redirectUris });
	const { code, find } = await consult(place).finally(undo);
	expect(find('sts.callback.sts')).toMatch(/^good: /);
	expect(find('sts.callback.sts-wallet')).toMatch(/^wrong: .*\/api\/auth\/callback\/sts-wallet .*Register exactly/);
	expect(code).toBe(1);
});

test('a missing address for browsers after signing out is found', async ({ place }) => {
	const attributes = { 'post.logout.redirect.uris': 'https://elsewhere.example/' };
	const undo = await changeClient(place, 'portal-frontend', { attributes });
	const { bad } = await consult(place).finally(undo);
	expect(bad).toEqual(['sts.sign-out']);
});

test.describe('the service client', () => {
	const serviceClient = async ({ realm }: Place, clientId: string) => ({
		AUTH_BRIDGE_CLIENT_ID: clientId,
		AUTH_BRIDGE_CLIENT_SECRET: await realm.secretOf(clientId)
	});

	test('gets a token with the audience that its scope brings', async ({ place }) => {
		const env = { ...(await serviceClient(place, 'library-app')), AUTH_BRIDGE_AUDIENCE: 'portal-api' };
		const { bad, find } = await consult(place, env);
		expect(bad).toEqual([]);
		expect(find('sts.service-token')).toMatch(/^good: /);
	});

	test('without the audience is found', async ({ place }) => {
		const release = await place.realm.withdrawScope('library-app', 'portal-api');
		const env = { ...(await serviceClient(place, 'library-app')), AUTH_BRIDGE_AUDIENCE: 'portal-api' };
		const { find } = await consult(place, env).finally(release);
		expect(find('sts.service-token')).toMatch(/^warning: .*not with the audience portal-api/);
	});

	test('without service account roles is found', async ({ place }) => {
		const { code, find } = await consult(place, await serviceClient(place, 'portal-api'));
		expect(find('sts.service-token')).toMatch(/^wrong: .*\(unauthorized_client\).*Service account roles/);
		expect(code).toBe(1);
	});

	test('with a scope that it does not have is found', async ({ place }) => {
		const env = { ...(await serviceClient(place, 'library-app')), AUTH_BRIDGE_SCOPE: 'grades' };
		const { find } = await consult(place, env);
		expect(find('sts.service-token')).toMatch(/^wrong: .*\(invalid_scope\).*AUTH_BRIDGE_SCOPE/);
	});
});
