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

test('the doctor finds no problem in the realm of the guide', async ({ place }) => {
	const { code, bad, summary, find } = await consult(place);
	expect({ code, bad }).toEqual({ code: 0, bad: [] });
	expect(summary.good).toBeGreaterThan(10);
	expect(find('sts.cors')).toMatch(/^good: /);
});

test('the doctor reports a wrong client secret', async ({ place }) => {
	const { code, find, text } = await consult(place, { STS_CLIENT_SECRET: 'swordfish' });
	expect(find('sts.credentials')).toMatch(/^wrong: .*STS_CLIENT_SECRET/);
	expect(text).not.toContain('swordfish');
	expect(code).toBe(1);
});

test('the doctor reports a scope that the client does not have', async ({ place }) => {
	const release = await place.realm.withdrawScope('portal-frontend', 'eduid');
	const { code, bad, find } = await consult(place).finally(release);
	expect({ code, bad }).toEqual({ code: 1, bad: ['sts.scope'] });
	expect(find('sts.scope')).toMatch(/^wrong: The STS refuses the scopes of STS_SCOPE \(eduid\)/);
});

test('the doctor reports a missing redirect URI, and accepts the other one', async ({ place }) => {
	const redirectUris = [`${place.landscape.url}/api/auth/callback/sts`];
	const undo = await changeClient(place, 'portal-frontend', { redirectUris });
	const { code, find } = await consult(place).finally(undo);
	expect(find('sts.callback.sts')).toMatch(/^good: /);
	expect(find('sts.callback.sts-wallet')).toMatch(/^wrong: .*\/api\/auth\/callback\/sts-wallet .*Register exactly/);
	expect(code).toBe(1);
});

test('the doctor reports a missing post-logout redirect URI', async ({ place }) => {
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

	test('is accepted if its scope adds the audience to its token', async ({ place }) => {
		const env = { ...(await serviceClient(place, 'library-app')), AUTH_BRIDGE_AUDIENCE: 'portal-api' };
		const { bad, find } = await consult(place, env);
		expect(bad).toEqual([]);
		expect(find('sts.service-token')).toMatch(/^good: /);
	});

	test('is reported if its token lacks the audience', async ({ place }) => {
		const release = await place.realm.withdrawScope('library-app', 'portal-api');
		const env = { ...(await serviceClient(place, 'library-app')), AUTH_BRIDGE_AUDIENCE: 'portal-api' };
		const { find } = await consult(place, env).finally(release);
		expect(find('sts.service-token')).toMatch(/^warning: .*not with the audience portal-api/);
	});

	test('is reported if it has no service account roles', async ({ place }) => {
		const { code, find } = await consult(place, await serviceClient(place, 'portal-api'));
		expect(find('sts.service-token')).toMatch(/^wrong: .*\(unauthorized_client\).*Service account roles/);
		expect(code).toBe(1);
	});

	test('is reported if its configured scope is not one of the client’s scopes', async ({ place }) => {
		const env = { ...(await serviceClient(place, 'library-app')), AUTH_BRIDGE_SCOPE: 'grades' };
		const { find } = await consult(place, env);
		expect(find('sts.service-token')).toMatch(/^wrong: .*\(invalid_scope\).*AUTH_BRIDGE_SCOPE/);
	});
});
