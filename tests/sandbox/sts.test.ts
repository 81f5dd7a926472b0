import { request } from 'node:http';
import { decodeJwt } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { parsed } from './parsed.ts';
import { addressAfter, portalUrl, RelyingParty } from './relying-party.ts';

// A smoke test, and the refusals without which tests of the portal would pass for no reason.
let sandbox: Sandbox;
let portal: RelyingParty;

beforeAll(async () => {
	sandbox = await startSandbox({ stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0, portalUrl });
});
afterAll(() => sandbox.stop());
beforeEach(() => {
	sandbox.reset();
	portal = new RelyingParty(sandbox);
});

describe('sign-in', () => {
	test('through an institution on another site returns the education claims in the ID token', async () => {
		const page = await portal.start('sts', { provider: 'uni-noord' });
		expect(page.url.origin).toBe(sandbox.institutionUrl);
		const back = await portal.choose(page, { person: 'known-student' });
		expect(addressAfter(back).href).toMatch(`${portalUrl}/api/auth/callback/sts?`);
		const { id_token } = await portal.redeem(back, 'sts');
		const { payload } = await portal.verify(id_token, 'portal-frontend');
		expect(payload).toMatchObject({ nonce: 'the-nonce', name: 'Sanne de Vries', institution_id: 'uni-noord' });
	});

	test('with a wallet redeems the session at the Bridge, and returns another sub for the same person', async () => {
		const institutional = decodeJwt((await portal.signIn('known-student')).id_token ?? '');
		const created = await fetch(`${sandbox.bridgeUrl}/auth/oid4vp/sessions`, { method: 'POST', body: '{}' });
		const { sessionId } = await parsed(created, v.object({ sessionId: v.string() }));
		await sandbox.share(sessionId, 'known-student');
		const back = await portal.start('sts-wallet', { login_hint: `oid4vp:${sessionId}` });
		const payload = decodeJwt((await portal.redeem(back, 'sts-wallet')).id_token ?? '');
		expect(payload.federated_subject).toBe(institutional.federated_subject);
		expect(payload.sub).not.toBe(institutional.sub);
		expect(sandbox.count('bridge.sts-complete')).toBe(1);
	});

	test('with a wallet session that the Bridge does not confirm is denied', async () => {
		const back = await portal.start('sts-wallet', { login_hint: 'oid4vp:0123456789abcdef0123456789abcdef' });
		expect(addressAfter(back).searchParams.get('error')).toBe('access_denied');
	});

	test('without PKCE is refused', async () => {
		const back = await portal.start('sts', { code_challenge: '', code_challenge_method: '' });
		expect(addressAfter(back).searchParams.get('error')).toBe('invalid_request');
	});

	test('skips the institution while the STS session lasts, except with prompt=login', async () => {
		await portal.signIn('known-student');
		expect(addressAfter(await portal.start('sts')).origin).toBe(portalUrl);
		expect((await portal.start('sts', { prompt: 'login' })).url.origin).toBe(sandbox.institutionUrl);
		await portal.browser.open(`${sandbox.stsUrl}/session/end?client_id=portal-frontend`);
		expect((await portal.start('sts')).url.origin).toBe(sandbox.institutionUrl);
	});
});

describe('a refresh token', () => {
	test('is rotated at each use, and its reuse ends only that sign-in', async () => {
		const { refresh_token: other } = await portal.signIn('known-student');
		const { refresh_token: first } = await new RelyingParty(sandbox).signIn('known-student');
		const rotated = await portal.refresh(first);
		expect(rotated.status).toBe(200);
		expect((await portal.refresh(first)).status).toBe(400);
		expect((await portal.refresh(rotated.tokens?.refresh_token)).status).toBe(400);
		expect((await portal.refresh(other)).status).toBe(200);
		expect(sandbox.counts().refreshGrants).toBe(4);
	});

	test('is consumed even if the response is lost', async () => {
		const { refresh_token = '' } = await portal.signIn('known-student');
		sandbox.scenario('sts-lost', { operation: 'token:refresh', times: 1 });
		// Deno's fetch repeats a request if the connection closes without a response; this client does not.
		const lost = await new Promise((resolve, reject) => {
			const headers = { 'content-type': 'application/x-www-form-urlencoded' };
			const call = request(`${sandbox.stsUrl}/token`, { method: 'POST', headers });
			const client = { client_id: 'portal-frontend', client_secret: 'portal-frontend-secret' };
			call.once('error', resolve).once('response', reject);
			call.end(new URLSearchParams({ grant_type: 'refresh_token', refresh_token, ...client }).toString());
		});
		expect(lost).toBeInstanceOf(Error);
		expect((await portal.refresh(refresh_token)).status).toBe(400);
	});

	test('is refused after its revocation', async () => {
		const { refresh_token: token = '' } = await portal.signIn('known-student');
		expect((await portal.post('/token/revocation', { token })).status).toBe(200);
		expect((await portal.refresh(token)).status).toBe(400);
	});

	test('is not issued without offline_access', async () => {
		const page = await portal.start('sts', { scope: 'openid profile' });
		const tokens = await portal.redeem(await portal.choose(page, { person: 'known-student' }), 'sts');
		expect(tokens.refresh_token).toBeUndefined();
	});
});

test('client_secret_basic is refused', async () => {
	const response = await fetch(`${sandbox.stsUrl}/token`, {
		method: 'POST',
		headers: { authorization: `Basic ${btoa('portal-frontend:portal-frontend-secret')}` },
		body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'any' })
	});
	expect(response.status).toBe(401);
});
