/**
 * A backend that is small enough to start from: it accepts access tokens that are issued for it (RFC 9068 4), and greets the
 * person of the token. `docs/backends.md` puts it behind the portal.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';

interface GreetingSettings {
	/** Who has to have issued a token. */
	readonly issuer: string;
	/** Where the issuer publishes its keys. */
	readonly jwksUrl: string;
	/** What a token has to be meant for. */
	readonly audience: string;
	/** Called with the reason when a token is refused. */
	readonly onRefusal?: (reason: string) => void;
}

export interface GreetingBackend {
	readonly url: string;
	stop(): void;
}

/**
 * Starts the backend: it responds with `{"greeting":"Hello, NAME!"}`, or with 401 if the token is not valid.
 * @param port a free one where none is given
 */
export async function startGreetingBackend(
	{ issuer, jwksUrl, audience, onRefusal }: GreetingSettings,
	port = 0
): Promise<GreetingBackend> {
	// Keys are kept for ten minutes; an unknown key id makes them be fetched anew, at most once in half a minute.
	const keys = createRemoteJWKSet(new URL(jwksUrl), { cacheMaxAge: 600_000, cooldownDuration: 30_000 });

	async function greet(authorization = ''): Promise<string> {
		const token = authorization.replace(/^Bearer /, '');
		const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256', 'ES256'] });
		const name = typeof payload.name === 'string' ? payload.name : 'stranger';
		return JSON.stringify({ greeting: `Hello, ${name}!` });
	}

	const server = createServer((request, response) => {
		greet(request.headers.authorization).then(
			(text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text),
			(error: unknown) => {
				onRefusal?.(String(error));
				response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
			}
		);
	}).listen(port, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: () => {
			server.close();
			server.closeAllConnections();
		}
	};
}
