import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { keycloakTokens } from './keycloak-tokens.ts';

/**
 * A proxy in front of an STS that gives access and refresh tokens the sizes of Keycloak's. ID tokens do not change, because
 * the portal verifies them.
 */
export interface KeycloakFront {
	readonly url: string;
	readonly accessTokenLength: number;
	readonly refreshTokenLength: number;
	forwardTo(stsUrl: string): void;
	stop(): Promise<void>;
}

export async function startKeycloakFront(): Promise<KeycloakFront> {
	const { accessToken, refreshToken } = keycloakTokens();
	/** The STS's own refresh tokens, by the tokens that were issued in their place. */
	const own = new Map<string, string>();
	let target = new URL('http://127.0.0.1:9');

	async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method, url: path = '/', headers } = request;
		const body = withOwnToken(await read(request));
		const { 'content-length': _length, ...others } = headers;
		const length = body && { 'content-length': String(Buffer.byteLength(body)) };
		const upstream = httpRequest(new URL(path, target), {
			method,
			headers: { ...others, ...length, host: target.host }
		});
		const answered = new Promise<IncomingMessage>((resolve, reject) => {
			upstream.once('response', resolve).once('error', reject);
		});
		upstream.end(body);
		const answer = await answered;
		const text = await read(answer);
		const { 'content-length': _old, 'transfer-encoding': _chunked, ...kept } = answer.headers;
		response.writeHead(answer.statusCode ?? 502, kept).end(path.endsWith('/token') ? withLargeTokens(text) : text);
	}

	function withOwnToken(body: string): string {
		const given = /(?:^|&)(?:refresh_token|token)=([\w.-]+)/.exec(body)?.[1] ?? '';
		return body.replace(given, own.get(given) ?? given);
	}

	function withLargeTokens(text: string): string {
		const tokens = JSON.parse(text) as Record<string, unknown>;
		if (typeof tokens.refresh_token !== 'string') return text;
		const given = keycloakTokens();
		own.set(given.refreshToken, tokens.refresh_token);
		return JSON.stringify({ ...tokens, access_token: given.accessToken, refresh_token: given.refreshToken });
	}

	const server = createServer((request, response) => {
		forward(request, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The front has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		accessTokenLength: accessToken.length,
		refreshTokenLength: refreshToken.length,
		forwardTo: (url) => void (target = new URL(url)),
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}

async function read(message: IncomingMessage): Promise<string> {
	let text = '';
	message.setEncoding('utf8');
	for await (const chunk of message) text += String(chunk);
	return text;
}
