import { decodeJwt } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { listen } from './http/listener.ts';
import { serving } from './http/serve.ts';
import { parsed } from './parsed.ts';
import { portalUrl, RelyingParty } from './relying-party.ts';

const anyPort = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
let sandbox: Sandbox;
let portal: RelyingParty;

beforeAll(async () => {
	sandbox = await startSandbox({ ...anyPort, portalUrl });
});
afterAll(() => sandbox.stop());
beforeEach(() => {
	sandbox.reset();
	portal = new RelyingParty(sandbox);
});

describe('institutional sign-in', () => {
	test('crosses to the institution on another site and ends with the education claims in the ID token', async () => {
		const page = await portal.start('sts', { provider: 'uni-noord' });
		expect(page.url.origin).toBe(sandbox.institutionUrl);
		expect(page.text).toContain('Sanne de Vries');
		expect(page.text).not.toContain('Fatima El Amrani');

		const back = await portal.browser.submit(page, { person: 'known-student' });
		expect(back.url.href.startsWith(`${portalUrl}/api/auth/callback/sts?`)).toBe(true);
		expect(back.url.searchParams.get('state')).toBe('the-state');

		const tokens = await portal.redeem(back, 'sts');
		expect(tokens.expires_in).toBe(3600);
		const { payload, protectedHeader } = await portal.verify(tokens.id_token, 'portal-frontend');
		expect(protectedHeader.alg).toBe('ES256');
		expect(payload).toMatchObject({
			nonce: 'the-nonce',
			name: 'Sanne de Vries',
			email_verified: true,
			institution_id: 'uni-noord',
			eduperson_scoped_affiliation: ['student@uni-noord.example', 'member@uni-noord.example'],
			acr: 'https://refeds.org/profile/sfa',
			amr: ['pwd']
		});
		expect(typeof payload.auth_time).toBe('number');
		expect(typeof payload.sid).toBe('string');
		expect(typeof payload.federated_subject).toBe('string');
	});

	test('a person who refuses comes back with access_denied, a failure with server_error', async () => {
		const refused = await portal.browser.submit(await portal.start('sts'), { decision: 'refused' });
		expect(refused.url.searchParams.get('error')).toBe('access_denied');
		const failed = await portal.browser.submit(await portal.start('sts'), { decision: 'failed' });
		expect(failed.url.searchParams.get('error')).toBe('server_error');
	});

	test('a request without PKCE is refused', async () => {
		const back = await portal.start('sts', { code_challenge: '', code_challenge_method: '' });
		expect(back.url.searchParams.get('error')).toBe('invalid_request');
	});

	test('the claims parameter brings a claim whose scope was not asked for', async () => {
		const claims = JSON.stringify({ id_token: { eduid: null } });
		const page = await portal.start('sts', { scope: 'openid', claims });
		const back = await portal.browser.submit(page, { person: 'known-student' });
		const payload = decodeJwt((await portal.redeem(back, 'sts')).id_token ?? '');
		expect(payload).toHaveProperty('eduid');
		expect(payload).not.toHaveProperty('email');
	});

	test('a remembered person is not asked again, unless prompt=login says so', async () => {
		await portal.signIn('known-student');
		expect((await portal.start('sts')).url.origin).toBe(portalUrl);
		expect((await portal.start('sts', { prompt: 'login' })).url.origin).toBe(sandbox.institutionUrl);
		expect((await portal.start('sts', { provider: 'hogeschool-west' })).url.origin).toBe(sandbox.institutionUrl);
	});

	test('tests can read what was asked for, pushed or not', async () => {
		const parameters = portal.authorizationParameters('sts', { provider: 'uni-noord', prompt: 'login' });
		const pushed = await portal.post('/request', parameters);
		expect(pushed.status).toBe(201);
		const { request_uri } = await parsed(pushed, v.object({ request_uri: v.string() }));
		const page = await portal.browser.open(
			`${sandbox.stsUrl}/auth?${new URLSearchParams({ client_id: 'portal-frontend', request_uri })}`
		);
		expect(page.url.origin).toBe(sandbox.institutionUrl);
		const [request] = sandbox.authorizations();
		expect(request?.params).toEqual(parameters);
		expect(Object.keys(request?.query ?? {})).toEqual(['client_id', 'request_uri']);
	});
});

describe('tokens', () => {
	test('a refresh token dies at first use, and using it again ends the sign-in', async () => {
		const { refresh_token: first } = await portal.signIn('known-student');
		const rotated = await portal.refresh(first);
		expect(rotated.status).toBe(200);
		expect(rotated.tokens?.refresh_token).not.toBe(first);
		expect(decodeJwt(rotated.tokens?.id_token ?? '').sub).toBeDefined();

		expect((await portal.refresh(first)).status).toBe(400);
		expect((await portal.refresh(rotated.tokens?.refresh_token)).status).toBe(400);
		expect(sandbox.counts().refreshGrants).toBe(3);
	});

	test("one sign-in that ends this way leaves the person's other ones alone", async () => {
		const { refresh_token: other } = await portal.signIn('known-student');
		const { refresh_token: first } = await new RelyingParty(sandbox).signIn('known-student');
		await portal.refresh(first);
		await portal.refresh(first);
		expect((await portal.refresh(other)).status).toBe(200);
	});

	test('without offline_access there is no refresh token', async () => {
		const page = await portal.start('sts', { scope: 'openid profile' });
		const back = await portal.browser.submit(page, { person: 'known-student' });
		expect((await portal.redeem(back, 'sts')).refresh_token).toBeUndefined();
	});

	test('a scenario shortens access tokens', async () => {
		sandbox.scenario('access-token-seconds', { seconds: 5 });
		expect((await portal.signIn('known-student')).expires_in).toBe(5);
	});

	test('a revoked refresh token is refused', async () => {
		const { refresh_token: token = '' } = await portal.signIn('known-student');
		expect((await portal.post('/token/revocation', { token })).status).toBe(200);
		expect((await portal.refresh(token)).status).toBe(400);
	});

	test('a service account gets a JWT for the resource it names, with the scope it asked for', async () => {
		const response = await portal.token({
			grant_type: 'client_credentials',
			client_id: 'third-party',
			client_secret: 'third-party-secret',
			resource: 'https://api.example/portal',
			scope: 'wallet:sessions'
		});
		const { access_token } = await parsed(response, v.object({ access_token: v.string() }));
		const { payload } = await portal.verify(access_token, 'https://api.example/portal');
		expect(payload).toMatchObject({ scope: 'wallet:sessions', client_id: 'third-party' });
	});

	test('client_secret_basic is not known here', async () => {
		const response = await fetch(`${sandbox.stsUrl}/token`, {
			method: 'POST',
			headers: { authorization: `Basic ${btoa('portal-frontend:portal-frontend-secret')}` },
			body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'any' })
		});
		expect(response.status).toBe(401);
		expect(await response.json()).toMatchObject({ error: 'invalid_client' });
	});
});

describe('wallet sign-in', () => {
	test('asks the Bridge and comes straight back, as another sub for the same person', async () => {
		const institutional = decodeJwt((await portal.signIn('known-student')).id_token ?? '');
		const created = await fetch(`${sandbox.bridgeUrl}/auth/oid4vp/sessions`, { method: 'POST', body: '{}' });
		const { sessionId } = await parsed(created, v.object({ sessionId: v.string() }));
		sandbox.share(sessionId, 'known-student');

		const back = await portal.start('sts-wallet', { login_hint: `oid4vp:${sessionId}` });
		const payload = decodeJwt((await portal.redeem(back, 'sts-wallet')).id_token ?? '');
		expect(payload).toMatchObject({ name: 'Sanne de Vries', amr: ['wallet', 'hwk'] });
		expect(payload.federated_subject).toBe(institutional.federated_subject);
		expect(payload.sub).not.toBe(institutional.sub);
		expect(sandbox.count('bridge.sts-complete')).toBe(1);
		expect(sandbox.count('bridge.complete')).toBe(0);
	});

	test('a session that the Bridge does not vouch for is access_denied', async () => {
		const back = await portal.start('sts-wallet', { login_hint: 'oid4vp:0123456789abcdef0123456789abcdef' });
		expect(back.url.searchParams.get('error')).toBe('access_denied');
	});
});

describe('signing out', () => {
	test('needs no page, and ends the STS session', async () => {
		await portal.signIn('known-student');
		const query = new URLSearchParams({
			client_id: 'portal-frontend',
			post_logout_redirect_uri: `${portalUrl}/`,
			state: 'bye'
		});
		const back = await portal.browser.open(`${sandbox.stsUrl}/session/end?${query}`);
		expect(back.url.href).toBe(`${portalUrl}/?state=bye`);
		expect((await portal.start('sts')).url.origin).toBe(sandbox.institutionUrl);
	});

	test('tells the portal with a logout token that names the session', async () => {
		const received: string[] = [];
		const listener = await listen({ name: 'portal', variable: 'PORT', host: '127.0.0.1', port: 0 });
		listener.serve(
			serving(({ body, response }) => {
				received.push(new URLSearchParams(body).get('logout_token') ?? '');
				response.end();
			}, console.error)
		);
		const url = `http://127.0.0.1:${listener.port}/logout`;
		const own = await startSandbox({ ...anyPort, portalUrl, backchannelLogoutUrl: url });
		const person = new RelyingParty(own);
		const { id_token } = await person.signIn('known-student');
		await person.browser.open(`${own.stsUrl}/session/end?client_id=portal-frontend`);

		const { payload } = await person.verify(received[0], 'portal-frontend');
		expect(payload.sid).toBe(decodeJwt(id_token ?? '').sid);
		expect(payload.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
		await own.backchannelLogout('known-student', 'sts', 'some-sid');
		expect(decodeJwt(received[1] ?? '')).toMatchObject({ sub: payload.sub, sid: 'some-sid' });
		await own.stop();
		await listener.close();
	});

	test('works for a browser that has no STS session', async () => {
		const query = new URLSearchParams({ client_id: 'portal-frontend', post_logout_redirect_uri: `${portalUrl}/login` });
		expect((await portal.browser.open(`${sandbox.stsUrl}/session/end?${query}`)).url.href).toBe(`${portalUrl}/login`);
	});
});
