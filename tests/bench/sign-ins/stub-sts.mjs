/**
 * The parts of an STS that a sign-in needs. The code is the nonce, so that the STS stores nothing. It signs with RS256, as most
 * do. STUB_TOKENS is JSON with the access token and the refresh token of every sign-in. Prints its port.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const LIFE_SECONDS = 3600;
const { accessToken, refreshToken } = JSON.parse(process.env.STUB_TOKENS);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let issuer = '';

const responses = {
	'/.well-known/openid-configuration': () => ({
		issuer,
		authorization_endpoint: `${issuer}/authorize`,
		token_endpoint: `${issuer}/token`,
		jwks_uri: `${issuer}/jwks`,
		response_types_supported: ['code'],
		subject_types_supported: ['public'],
		id_token_signing_alg_values_supported: ['RS256'],
		code_challenge_methods_supported: ['S256'],
		token_endpoint_auth_methods_supported: ['client_secret_post']
	}),
	'/jwks': () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'stub', alg: 'RS256', use: 'sig' }] }),
	'/token': (form) => ({
		access_token: accessToken,
		refresh_token: refreshToken,
		id_token: idToken(form),
		token_type: 'Bearer',
		expires_in: LIFE_SECONDS
	})
};

function idToken(form) {
	const now = Math.floor(Date.now() / 1000);
	const claims = {
		iss: issuer,
		sub: 'f3b1c9d2-6c0e-4f4e-9f0e-3c6a5a1d2b7e',
		aud: form.get('client_id'),
		iat: now,
		exp: now + LIFE_SECONDS,
		auth_time: now,
		nonce: form.get('code'),
		sid: '0c6a5a1d2b7e4f4e9f0e',
		acr: 'https://refeds.org/profile/sfa',
		name: 'Sanne de Vries',
		email: 'sanne.devries@uni-noord.example'
	};
	const parts = [{ alg: 'RS256', typ: 'JWT', kid: 'stub' }, claims];
	const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
	return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

const server = createServer(async (request, response) => {
	const respond = responses[new URL(request.url, issuer).pathname];
	const body = JSON.stringify(respond?.(new URLSearchParams(await text(request))) ?? {});
	response.writeHead(respond ? 200 : 404, { 'content-type': 'application/json' });
	response.end(body);
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
	issuer = `http://127.0.0.1:${server.address().port}`;
	console.log(server.address().port);
});
