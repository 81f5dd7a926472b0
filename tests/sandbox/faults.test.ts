import { request } from 'node:http';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from './browser.ts';
import { BridgeCaller } from './bridge-caller.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { parsed } from './parsed.ts';
import { portalUrl, RelyingParty } from './relying-party.ts';

const anyPort = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
let sandbox: Sandbox;
let bridge: BridgeCaller;

beforeAll(async () => {
	sandbox = await startSandbox({ ...anyPort, portalUrl });
	bridge = new BridgeCaller(sandbox);
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.reset());

const control = async (method: string, path: string, body?: unknown) => {
	const response = await fetch(sandbox.controlUrl + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
	return { status: response.status, body: await parsed(response, v.unknown()) };
};
const health = () => fetch(`${sandbox.bridgeUrl}/health`, { redirect: 'manual' });

describe('faults', () => {
	test('down hangs up, on that operation only', async () => {
		sandbox.scenario('bridge-down', { operation: 'status' });
		await expect(bridge.status('any')).rejects.toThrow();
		expect((await health()).status).toBe(200);
	});

	test('cut promises more than it sends', async () => {
		sandbox.scenario('bridge-cut');
		const response = await health();
		expect(response.status).toBe(200);
		await expect(response.text()).rejects.toThrow();
	});

	test('html and both wrong kinds of JSON', async () => {
		sandbox.scenario('bridge-html', { times: 1 });
		expect((await health()).headers.get('content-type')).toContain('text/html');
		sandbox.scenario('bridge-wrong-json', { times: 1 });
		expect(await (await health()).json()).toEqual({ unexpected: [true] });
		sandbox.scenario('bridge-broken-json', { times: 1 });
		await expect((await health()).json()).rejects.toThrow(SyntaxError);
		expect((await health()).status).toBe(200);
	});

	test('error statuses and codes as wanted', async () => {
		sandbox.scenario('bridge-500', { times: 1, status: 503 });
		expect((await health()).status).toBe(503);
		sandbox.scenario('bridge-401', { times: 1 });
		expect((await health()).headers.get('www-authenticate')).toContain('invalid_token');
		sandbox.scenario('sts-error', { operation: 'token:refresh', error: 'invalid_grant' });
		const portal = new RelyingParty(sandbox);
		const { refresh_token } = await portal.signIn('known-student');
		const { status } = await portal.refresh(refresh_token);
		expect(status).toBe(400);
		sandbox.lift('sts-error');
		expect((await portal.refresh(refresh_token)).status).toBe(200);
	});

	test('a redirect leads to a place that counts who follows it', async () => {
		sandbox.scenario('bridge-redirect');
		const response = await health();
		expect(response.status).toBe(303);
		await fetch(response.headers.get('location') ?? '');
		expect(sandbox.count('trap.visit')).toBe(1);
	});

	test('slow answers late, and well', async () => {
		sandbox.scenario('bridge-slow', { ms: 120 });
		const started = performance.now();
		expect((await health()).status).toBe(200);
		expect(performance.now() - started).toBeGreaterThan(100);
	});

	test('a lost answer to a refresh has used up the refresh token', async () => {
		const portal = new RelyingParty(sandbox);
		const { refresh_token = '' } = await portal.signIn('known-student');
		sandbox.scenario('sts-lost', { operation: 'token:refresh', times: 1 });
		// Deno's fetch repeats a request if the connection closes without a response; this client does not.
		const lost = await new Promise((resolve, reject) => {
			const headers = { 'content-type': 'application/x-www-form-urlencoded' };
			const call = request(`${sandbox.stsUrl}/token`, { method: 'POST', headers });
			call.once('error', resolve).once('response', reject);
			call.end(
				new URLSearchParams({
					grant_type: 'refresh_token',
					refresh_token,
					client_id: 'portal-frontend',
					client_secret: 'portal-frontend-secret'
				}).toString()
			);
		});
		expect(lost).toBeInstanceOf(Error);
		expect((await portal.refresh(refresh_token)).status).toBe(400);
		expect(sandbox.counts().refreshGrants).toBe(2);
	});

	test('endpoints go missing: out of discovery, and 404', async () => {
		const discovery = async () => {
			const response = await fetch(`${sandbox.stsUrl}/.well-known/openid-configuration`);
			return parsed(response, v.record(v.string(), v.unknown()));
		};
		expect(await discovery()).toMatchObject({ id_token_signing_alg_values_supported: ['ES256'] });
		expect(await discovery()).toHaveProperty('end_session_endpoint');
		for (const name of ['no-end-session', 'no-userinfo', 'no-revocation', 'no-par', 'no-providers'] as const) {
			sandbox.scenario(name);
		}
		const left = await discovery();
		for (const field of ['end_session', 'userinfo', 'revocation', 'pushed_authorization_request']) {
			expect(left).not.toHaveProperty(`${field}_endpoint`);
		}
		expect((await fetch(`${sandbox.stsUrl}/session/end`)).status).toBe(404);
		expect((await fetch(`${sandbox.stsUrl}/federation/providers`)).status).toBe(404);
	});

	test('a wrong state comes back from the STS', async () => {
		sandbox.scenario('sts-wrong-state');
		const portal = new RelyingParty(sandbox);
		const back = await portal.browser.submit(await portal.start('sts'), { person: 'known-student' });
		expect(back.url.searchParams.get('state')).toBe('not-the-state');
		expect(back.url.searchParams.get('code')).not.toBeNull();
	});

	test('a Bridge without manual confirmation, a session without an address, a status nobody knows', async () => {
		const id = await bridge.shared('unknown-employee');
		await bridge.complete(id);
		sandbox.scenario('no-idv-submit');
		expect((await bridge.submit(id, { confirm: true })).status).toBe(404);
		sandbox.scenario('no-idv-status');
		expect((await bridge.idvStatus(id)).body.error).toBe('no_reconciliation_session');
		sandbox.scenario('unknown-status', { status: 'WALLET_NAPPING' });
		expect((await bridge.status(id)).body.status).toBe('WALLET_NAPPING');
		sandbox.scenario('empty-request-uri');
		expect((await bridge.create()).body).toMatchObject({ requestUri: '', qrCodeDataUri: '' });
	});
});

describe('control over HTTP', () => {
	test('does what the in-process calls do', async () => {
		expect((await control('POST', '/scenario', { name: 'bridge-500', times: 1 })).body).toEqual({
			'bridge-500': { times: 1 }
		});
		expect((await health()).status).toBe(500);
		const { id } = await bridge.create();
		expect((await control('POST', `/wallet/${id}/share`, { person: 'known-student' })).body).toEqual({
			outcome: 'accepted'
		});
		expect((await control('GET', `/sessions/${id}`)).body).toMatchObject({ status: 'VERIFIED' });
		expect((await control('GET', '/counts')).body).toMatchObject({ operations: { 'bridge.create': 1 } });
		expect((await control('POST', '/clock/expire', { sessionId: id })).status).toBe(200);
		expect((await bridge.status(id)).status).toBe(404);
		await control('POST', '/reset');
		expect((await control('GET', '/counts')).body).toEqual({ operations: {}, statusReads: {}, refreshGrants: 0 });
	});

	test('an unknown scenario is refused by name, an unknown session is 404', async () => {
		expect((await control('POST', '/scenario', { name: 'sunshine' })).status).toBe(400);
		expect((await control('POST', '/scenario', { name: 'bridge-slow', minutes: 3 })).status).toBe(400);
		expect((await control('POST', '/wallet/none/open')).status).toBe(404);
	});

	test('headers and bodies that reached the Bridge can be looked at', async () => {
		await fetch(`${sandbox.bridgeUrl}/health`, { headers: { authorization: 'Bearer the-token' } });
		expect(sandbox.lastHeaders('health').authorization).toBe('Bearer the-token');
		await bridge.create({ queryId: 'the-query' });
		const { body } = await control('GET', '/requests?target=bridge&operation=create');
		expect(body).toMatchObject([{ method: 'POST', body: '{"queryId":"the-query"}' }]);
	});

	test("a token of any content can be signed with the STS's key", async () => {
		const jwt = await sandbox.sign({ iss: sandbox.stsUrl, aud: 'other', exp: 1 }, { typ: 'at+jwt' });
		await expect(new RelyingParty(sandbox).verify(jwt, 'other')).rejects.toThrow(/exp/);
	});
});

test('the wallet page asks, shares and declines without JavaScript', async () => {
	const browser = new Browser(portalUrl);
	const first = await bridge.create();
	const page = await browser.open(String(first.body.requestUri));
	expect(page.text).toContain('Known student – Sanne de Vries');
	expect((await browser.submit(page, { person: 'known-student' })).text).toContain('Shared');
	expect(sandbox.session(first.id)?.status).toBe('VERIFYING');

	const second = await bridge.create();
	const again = await browser.open(String(second.body.requestUri));
	expect((await browser.submit(again, {}, '/wallet/decline')).text).toContain('Nothing shared');
	expect(sandbox.session(second.id)?.status).toBe('FAILED');
});

test('a taken port is named, and nothing stays open', async () => {
	const taken = Number(new URL(sandbox.bridgeUrl).port);
	await expect(startSandbox({ ...anyPort, bridgePort: taken })).rejects.toThrow(
		new RegExp(`^Port ${taken} \\(Auth Bridge\\) is already in use.* SANDBOX_BRIDGE_PORT=<port>$`)
	);
});
