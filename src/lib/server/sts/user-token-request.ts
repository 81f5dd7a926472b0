import * as oauth from 'oauth4webapi';
import { config } from '../config';
import { stsCall, stsClient, stsMetadata } from './metadata';

/**
 * What authorization requests say about people's access tokens: `resource` (RFC 8707 2), or the `audience` of some providers,
 * without which their access tokens are opaque. Token requests repeat `resource`.
 */
export function userTokenParameters(): Readonly<Record<string, string>> {
	const { resource, audience } = config().sts;
	return { ...(resource !== undefined && { resource }), ...(audience !== undefined && { audience }) };
}

/** The parameter that requests for people's tokens have, by code or refresh token (RFC 8707 2.2). */
export function resourceParameter(): Readonly<Record<string, string>> {
	const { resource } = config().sts;
	return resource === undefined ? {} : { resource };
}

/**
 * A token request of Auth.js with the portal's client authentication, and `resource`. Auth.js's own `private_key_jwt` names two audiences,
 * which Keycloak refuses.
 * @param init a form without a client secret
 */
export async function completedTokenRequest(init: RequestInit = {}): Promise<RequestInit> {
	const { client, authentication } = stsClient();
	const body = new URLSearchParams(init.body as URLSearchParams);
	const headers = new Headers(init.headers);
	for (const [name, value] of Object.entries(resourceParameter())) body.set(name, value);
	body.delete('client_id');
	await authentication(await stsMetadata(), client, body, headers);
	return { ...init, body, headers };
}

/**
 * Pushes an authorization request to the STS if it supports that (RFC 9126), so that the parameters can't be read or
 * changed in the browser.
 * @returns the URL to redirect the browser to
 * @throws {UpstreamError}, or oauth4webapi's errors, if the STS can't be reached or rejects the request
 */
export async function pushAuthorization(request: URL): Promise<string> {
	const metadata = await stsMetadata();
	if (!metadata.pushed_authorization_request_endpoint) return request.href;
	const { client, authentication } = stsClient();
	const response = await oauth.pushedAuthorizationRequest(
		metadata,
		client,
		authentication,
		request.searchParams,
		stsCall
	);
	const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, client, response);
	const short = new URL(request.origin + request.pathname);
	short.search = new URLSearchParams({ client_id: client.client_id, request_uri }).toString();
	return short.href;
}
