import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { examineSignIn } from '../../../src/doctor/sign-in';
import { config, configure } from '../server/configured';

vi.mock('../../../src/lib/server/config', () => import('../server/configured'));

const CALLBACK = 'http://localhost:3000/api/auth/callback/sts';
let server: Server;
let issuer: string;
/** Responds to a pushed authorization request: its status and body. */
let respond: (request: URLSearchParams) => readonly [status: number, body: object];

beforeEach(async () => {
	server = createServer((request, response) => {
		void text(request).then((body) => {
			const [status, json] = respond(new URLSearchParams(body));
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

const accepted = [201, { request_uri: 'urn:x', expires_in: 60 }] as const;
/** Keycloak 26.7.3's own words for a scope and for a callback that the client does not have. */
const badScope = [400, { error: 'invalid_request', error_description: 'Invalid scopes: openid eduid' }] as const;
const badCallback = [400, { error: 'invalid_request', error_description: 'Invalid parameter: redirect_uri' }] as const;

async function examine(env: Record<string, string> = {}) {
	configure({ STS_ISSUER_URL: issuer, STS_SCOPE: 'openid email eduid', SIGN_IN_METHODS: 'institution', ...env });
	const metadata = { issuer, pushed_authorization_request_endpoint: `${issuer}/par` };
	const findings = await examineSignIn(config(), metadata);
	return findings.map(({ check, severity, message }) => ({ check, severity, message }));
}

test('an accepted request confirms the callback and the scopes', async () => {
	respond = () => accepted;
	expect(await examine()).toMatchObject([
		{ check: 'sts.callback.sts', severity: 'good' },
		{ check: 'sts.scope', severity: 'good' }
	]);
});

test('a scope that is refused without invalid_scope is reported, and the callback is confirmed', async () => {
	respond = (request) => (request.get('scope')?.includes('eduid') ? badScope : accepted);
	expect(await examine()).toMatchObject([
		{ check: 'sts.callback.sts', severity: 'good' },
		{ check: 'sts.scope', severity: 'wrong', message: 'The STS refuses the scopes of STS_SCOPE (eduid).' }
	]);
});

test('a refused callback is distinguished from a refused scope with the same error', async () => {
	respond = (request) => (request.get('redirect_uri') === CALLBACK ? badCallback : accepted);
	expect(await examine({ SIGN_IN_METHODS: 'institution,wallet' })).toMatchObject([
		{ check: 'sts.callback.sts', severity: 'wrong' },
		{ check: 'sts.callback.sts-wallet', severity: 'good' },
		{ check: 'sts.scope', severity: 'good' }
	]);
});

test('refused credentials are distinguished from a refused callback', async () => {
	respond = () => [401, { error: 'invalid_client' }];
	const [finding] = await examine();
	expect(finding?.severity).toBe('wrong');
	expect(finding?.message).toContain('refuses the portal’s credentials');
});
