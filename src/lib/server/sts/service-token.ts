import type { TokenOptions } from '../config/service-client';
import * as oauth from 'oauth4webapi';
import { config } from '../config';
import { Problem } from '../http/problem';
import { log } from '../log';
import { clientOf, stsCall, stsMetadata } from './metadata';
import { createTokenCache, type GrantedToken } from './token-cache';
import type { UpstreamAuthorization } from '../upstream/client';

/** Far more than a token for each service of `BACKENDS`. */
const MAX_CACHE_BYTES = 4 * 1024 ** 2;

/** Error codes of problems that only the operator can solve. */
const ofConfiguration = new Set([
	'invalid_client',
	'unauthorized_client',
	'invalid_scope',
	'invalid_target',
	'invalid_request'
]);

/**
 * Requests an access token for the portal's service client (RFC 6749 4.4).
 * @throws {Problem} `upstream_unavailable` after any failure: without a token the service can't be used
 */
export async function grantServiceToken(options: TokenOptions): Promise<GrantedToken> {
	try {
		return await requestServiceToken(options);
	} catch (error) {
		const code = serviceTokenRefusal(error);
		if (code !== undefined)
			log.error('the STS rejects the service client: check AUTH_BRIDGE_CLIENT_ID and the settings that go with it', {
				code,
				error
			});
		else log.warn('could not get a service token', { error });
		// Requests that wait for the same token, or come just after, log the failure under their own ids.
		const facts = { fault: 'no_service_token', upstream: 'sts', ...(code !== undefined && { upstreamCode: code }) };
		throw new Problem('upstream_unavailable', { facts });
	}
}

/**
 * The same, for callers that report the cause themselves.
 * @throws what the HTTP client or `oauth4webapi` throws
 */
export async function requestServiceToken(options: TokenOptions): Promise<GrantedToken> {
	const metadata = await stsMetadata();
	const { client, authentication } = clientOf(config().service.client);
	const wanted = Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined);
	const response = await oauth.clientCredentialsGrantRequest(metadata, client, authentication, wanted, stsCall);
	const answer = await oauth.processClientCredentialsResponse(metadata, client, response);
	return { accessToken: answer.access_token, lifeSeconds: answer.expires_in };
}

/** The STS's error code if only the operator can solve the problem; undefined for any other failure. */
export function serviceTokenRefusal(error: unknown): string | undefined {
	if (error instanceof oauth.WWWAuthenticateChallengeError) return 'invalid_client';
	return error instanceof oauth.ResponseBodyError && ofConfiguration.has(error.error) ? error.error : undefined;
}

/** Identifies what a token is for. */
export function optionsKey({ scope, audience, resource }: TokenOptions): string {
	return JSON.stringify([scope, audience, resource]);
}

const tokens = createTokenCache({ grant: grantServiceToken, keyOf: optionsKey, maxBytes: MAX_CACHE_BYTES });

/**
 * The portal's own credential for one upstream call: a service token, for calls without a signed-in person or without a
 * user token.
 */
export function serviceAuthorization(options: TokenOptions): UpstreamAuthorization {
	let shown = '';
	return {
		current: async () => bearer((shown = await tokens.current(options))),
		refresh: async () => {
			const next = await tokens.replace(options, shown);
			return next === null ? null : bearer(next);
		}
	};
}

function bearer(accessToken: string): string {
	return `Bearer ${accessToken}`;
}
