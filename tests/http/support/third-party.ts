import type { JWTPayload } from 'jose';
import * as v from 'valibot';
import { ApiClient } from '../../harness/api-client.ts';
import { exchange } from '../../harness/exchange.ts';
import type { Landscape } from '../../harness/landscape.ts';

export const AUDIENCE = 'https://portal.example.org/api';
export const SCOPES = 'wallet:sessions profile:read';

const Tokens = v.pipe(v.string(), v.parseJson(), v.object({ access_token: v.string() }));
const Created = v.pipe(v.string(), v.parseJson(), v.object({ sessionId: v.string() }));

/** An access token for the portal's API that an API client gets with client credentials. */
export async function serviceToken({ sandbox }: Pick<Landscape, 'sandbox'>, scope = SCOPES): Promise<string> {
	const response = await exchange(new URL('/token', sandbox.stsUrl), {
		method: 'POST',
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: new URLSearchParams({
			grant_type: 'client_credentials',
			client_id: 'third-party',
			client_secret: 'third-party-secret',
			scope,
			resource: AUDIENCE
		}).toString()
	});
	return v.parse(Tokens, response.text).access_token;
}

/** The claims of such a token with these changes; `undefined` removes a claim. */
export function tokenClaims(
	{ sandbox }: Pick<Landscape, 'sandbox'>,
	changes: Readonly<Record<string, unknown>> = {}
): JWTPayload {
	const now = Math.floor(Date.now() / 1000);
	const good = { iss: sandbox.stsUrl, aud: AUDIENCE, azp: 'another-party', scope: SCOPES, iat: now, exp: now + 300 };
	return { ...good, ...changes };
}

/** An API client with this client id. */
export async function apiClientAs(landscape: Pick<Landscape, 'sandbox' | 'url'>, azp: string): Promise<ApiClient> {
	return new ApiClient(landscape.url, await landscape.sandbox.sign(tokenClaims(landscape, { azp })));
}

/** Creates a wallet session; returns its id. */
export async function sessionOf(client: ApiClient): Promise<string> {
	const created = await client.call('/api/wallet/sessions', { method: 'POST', json: {} });
	return v.parse(Created, created.text).sessionId;
}
