import type { Exchange } from '../http/exchange.ts';
import { federationOperation } from './federation.ts';
import { TOKEN_EXCHANGE } from './token-exchange.ts';

const byPath: Readonly<Record<string, string>> = {
	'/.well-known/openid-configuration': 'discovery',
	'/.well-known/oauth-authorization-server': 'discovery',
	'/jwks': 'jwks',
	'/auth': 'authorization',
	'/request': 'par',
	'/me': 'userinfo',
	'/token/revocation': 'revocation',
	'/session/end': 'end-session',
	'/session/end/confirm': 'end-session-confirm'
};

const byGrantType: Readonly<Record<string, string>> = {
	authorization_code: 'token:code',
	refresh_token: 'token:refresh',
	client_credentials: 'token:client-credentials',
	[TOKEN_EXCHANGE]: 'token:exchange'
};

/** The operation of a request to the STS, as named in counts and faults. */
export function stsOperation({ url, body }: Exchange): string {
	const path = url.pathname;
	if (path === '/token') return byGrantType[new URLSearchParams(body).get('grant_type') ?? ''] ?? 'token:other';
	if (path.startsWith('/auth/')) return 'resume';
	if (path.startsWith('/interaction/')) return 'interaction';
	return byPath[path] ?? federationOperation(path) ?? 'unknown';
}
