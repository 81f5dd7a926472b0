/**
 * The minimum of a sign-in: the authorization code flow with PKCE by oauth4webapi, one sealed cookie until the callback and one
 * sealed cookie for the session. BENCH_ISSUER is the STS's issuer. The same file runs on both runtimes. Prints its port.
 */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import process from 'node:process';
import * as oauth from 'oauth4webapi';

const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(process.env.BENCH_ISSUER);
const client = { client_id: 'portal-frontend' };
const authentication = oauth.ClientSecretPost('portal-frontend-secret');
const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
const sts = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));

async function seal(value) {
	const iv = crypto.getRandomValues(new Uint8Array(12));
	const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, Buffer.from(JSON.stringify(value)));
	return Buffer.concat([iv, Buffer.from(sealed)]).toString('base64url');
}

async function open(text) {
	const bytes = Buffer.from(text, 'base64url');
	const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes.subarray(0, 12) }, key, bytes.subarray(12));
	return JSON.parse(Buffer.from(opened).toString());
}

async function start(callback) {
	const flow = {
		verifier: oauth.generateRandomCodeVerifier(),
		state: oauth.generateRandomState(),
		nonce: oauth.generateRandomNonce()
	};
	const url = new URL(sts.authorization_endpoint);
	url.search = new URLSearchParams({
		client_id: client.client_id,
		redirect_uri: callback,
		response_type: 'code',
		scope: 'openid profile email',
		code_challenge: await oauth.calculatePKCECodeChallenge(flow.verifier),
		code_challenge_method: 'S256',
		state: flow.state,
		nonce: flow.nonce
	}).toString();
	return { location: url.href, 'set-cookie': `flow=${await seal(flow)}; HttpOnly; Path=/; SameSite=Lax` };
}

async function finish(url, callback, cookie) {
	const flow = await open(/flow=([^;]+)/.exec(cookie)?.[1] ?? '');
	const parameters = oauth.validateAuthResponse(sts, client, url, flow.state);
	const response = await oauth.authorizationCodeGrantRequest(
		sts,
		client,
		authentication,
		parameters,
		callback,
		flow.verifier,
		insecure
	);
	const tokens = await oauth.processAuthorizationCodeResponse(sts, client, response, {
		expectedNonce: flow.nonce,
		requireIdToken: true
	});
	await oauth.validateApplicationLevelSignature(sts, response, insecure);
	const session = await seal({ ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) });
	return { location: '/account', 'set-cookie': `session=${session}; HttpOnly; Path=/; SameSite=Lax` };
}

const server = createServer(async (request, response) => {
	const url = new URL(request.url, `http://${request.headers.host}`);
	const callback = new URL('/callback', url).href;
	const headers = await (url.pathname === '/callback'
		? finish(url, callback, request.headers.cookie)
		: start(callback));
	response.writeHead(303, headers).end();
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
