import * as v from 'valibot';
import type { Realm } from './realm.ts';

const Token = v.object({ access_token: v.string() });

/** An access token by client credentials, as `docs/keycloak.md` shows it. */
export async function tokenOf(realm: Realm, clientId: string, scope: string): Promise<string> {
	const response = await requestToken(realm, clientId, { grant_type: 'client_credentials', scope });
	return v.parse(Token, await response.json()).access_token;
}

/** A form to the token endpoint, with the client's name and secret in HTTP Basic (RFC 6749 2.3.1). */
export async function requestToken(realm: Realm, clientId: string, form: Record<string, string>): Promise<Response> {
	const secret = await realm.secretOf(clientId);
	const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
	return fetch(`${realm.issuer}/protocol/openid-connect/token`, {
		method: 'POST',
		headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
		body: new URLSearchParams(form)
	});
}
