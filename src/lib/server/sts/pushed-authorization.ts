import * as oauth from 'oauth4webapi';
import { stsCall, stsClient, stsMetadata } from './metadata';

/**
 * Hands an authorization request to the STS over the back channel where it offers that (RFC 9126), so that its
 * parameters can't be read or edited in the browser. Answers the address the browser goes to.
 * @throws oauth4webapi's errors when the STS refuses or can't be reached
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
