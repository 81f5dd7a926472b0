import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/** An institution's own service, which lets in whoever brings a token of this issuer that is meant for it. */
export interface GreetingService {
	readonly url: string;
	stop(): void;
}

/** Greets the person of the token by name; 401 for any token that is not good, by the issuer's published keys. */
export async function startGreetingService(issuer: string, audience: string): Promise<GreetingService> {
	const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`));
	const greet = async (authorization = '') => {
		const token = authorization.replace(/^Bearer /, '');
		const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256', 'ES256'] });
		return JSON.stringify({ greeting: `Hello, ${String(payload.name)}!` });
	};
	const server = createServer((request, response) => {
		greet(request.headers.authorization).then(
			(text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text),
			() => response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
		);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: () => {
			server.close();
			server.closeAllConnections();
		}
	};
}
