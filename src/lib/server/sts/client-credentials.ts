import * as oauth from 'oauth4webapi';
import { config } from '../config';
import type { TokenOptions } from '../config/service-client';
import { Problem } from '../http/problem';
import { log } from '../log';
import { clientOf, stsCall, stsMetadata } from './metadata';

/** A token as the STS gave it; its life in seconds, where that was said. */
export interface GrantedToken {
	readonly accessToken: string;
	readonly lifeSeconds: number | undefined;
}

/** What the operator alone can put right. */
const ofConfiguration = new Set([
	'invalid_client',
	'unauthorized_client',
	'invalid_scope',
	'invalid_target',
	'invalid_request'
]);

/**
 * Gets an access token for the portal's service client (RFC 6749 4.4).
 * @throws {Problem} `upstream_unavailable`, whatever went wrong: without a token there is no service
 */
export async function grantServiceToken(options: TokenOptions): Promise<GrantedToken> {
	try {
		return await requestServiceToken(options);
	} catch (error) {
		const code = serviceTokenRefusal(error);
		if (code !== undefined)
			log.error('the STS refuses the service client: check AUTH_BRIDGE_CLIENT_ID and what goes with it', {
				code,
				error
			});
		else log.warn('could not get a service token', { error });
		// Requests that wait for the same token, or come just after, log it under their own ids.
		const facts = { fault: 'no_service_token', upstream: 'sts', ...(code !== undefined && { upstreamCode: code }) };
		throw new Problem('upstream_unavailable', { facts });
	}
}

/**
 * The same, for callers that report the cause themselves.
 * @throws what the HTTP client or `oauth4webapi` throw
 */
export async function requestServiceToken(options: TokenOptions): Promise<GrantedToken> {
	const metadata = await stsMetadata();
	const { client, authentication } = clientOf(config().service.client);
	const wanted = Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined);
	const response = await oauth.clientCredentialsGrantRequest(metadata, client, authentication, wanted, stsCall);
	const answer = await oauth.processClientCredentialsResponse(metadata, client, response);
	return { accessToken: answer.access_token, lifeSeconds: answer.expires_in };
}

/** The STS's error code where only the operator can put it right; undefined for any other failure. */
export function serviceTokenRefusal(error: unknown): string | undefined {
	if (error instanceof oauth.WWWAuthenticateChallengeError) return 'invalid_client';
	return error instanceof oauth.ResponseBodyError && ofConfiguration.has(error.error) ? error.error : undefined;
}
