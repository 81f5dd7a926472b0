import * as oauth from 'oauth4webapi';
import { sha256 } from '../seal';
import type { TokenOptions } from '../config/service-client';
import { Problem } from '../http/problem';
import { UpstreamError } from '../http/upstream-error';
import { log } from '../log';
import { isUnavailable, tokenErrorOf } from './responses';
import { stsClient } from './client';
import { stsCall, stsMetadata } from './metadata';
import { optionsKey, createTokenCache, type GrantedToken, tokenParameters } from './service-token';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
/** What a backend can be sent as a Bearer token (RFC 8693 3). */
const USABLE_TYPES: readonly unknown[] = [undefined, ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'];
/** About 4,000 tokens of 1.5 kB. */
export const MAX_CACHE_BYTES = 8 * 1024 ** 2;

/**
 * Error codes that may mean that the subject token is not valid. RFC 8693 2.2.2 has `invalid_request` for it, among others.
 */
const SUBJECT_ERRORS: readonly string[] = ['invalid_request', 'invalid_grant', 'invalid_token'];

/** The STS may not accept the person's access token, so that a new one may help. */
export class SubjectTokenRefused extends Error {
	override readonly name = 'SubjectTokenRefused';

	constructor(readonly code: string) {
		super(`the STS does not exchange an access token: ${code}`);
	}
}

interface Wanted {
	readonly subjectToken: string;
	readonly options: TokenOptions;
}

/** A token is found only with the access token that it was issued for, of which the key has a digest. */
const tokens = createTokenCache<Wanted>({
	grant: exchangeGrant,
	keyOf: ({ subjectToken, options }) => sha256(subjectToken) + optionsKey(options),
	maxBytes: MAX_CACHE_BYTES
});

/**
 * A token for a backend in exchange for a person's access token, cached until shortly before it expires.
 * @throws {SubjectTokenRefused} if another access token may help
 * @throws {Problem} `forbidden` if the STS denies this person the backend, `upstream_invalid` if it refuses the exchange or
 * responds with something else, `upstream_unavailable` if it can't be reached or refuses the portal's credentials
 */
export function exchangedToken(subjectToken: string, options: TokenOptions): Promise<string> {
	return tokens.current({ subjectToken, options });
}

/** Another token than the one that a backend has refused; null if none is available now. */
export function replacedExchange(subjectToken: string, options: TokenOptions, refused: string): Promise<string | null> {
	return tokens.replace({ subjectToken, options }, refused);
}

/** Drops the tokens that were issued in exchange for this access token, because its session has ended. */
export function forgetExchanged(subjectToken: string): void {
	tokens.forget(sha256(subjectToken));
}

async function exchangeGrant({ subjectToken, options }: Wanted): Promise<GrantedToken> {
	const entries = tokenParameters(options);
	try {
		const metadata = await stsMetadata();
		const { client, authentication } = stsClient();
		const parameters = [
			['subject_token', subjectToken],
			['subject_token_type', ACCESS_TOKEN],
			['requested_token_type', ACCESS_TOKEN],
			...entries
		];
		const response = await oauth.genericTokenEndpointRequest(
			metadata,
			client,
			authentication,
			GRANT_TYPE,
			parameters,
			stsCall
		);
		const tokens = await oauth.processGenericTokenEndpointResponse(metadata, client, response);
		if (!USABLE_TYPES.includes(tokens.issued_token_type)) throw new UpstreamError('bad_shape', 'ISSUED_TOKEN_TYPE');
		return { accessToken: tokens.access_token, lifeSeconds: tokens.expires_in };
	} catch (error) {
		throw refusal(error, Object.fromEntries(entries));
	}
}

/** @param wanted for the log: what the token was for */
function refusal(error: unknown, wanted: Readonly<Record<string, string>>): Problem | SubjectTokenRefused {
	const fault = { fault: 'no_exchanged_token', upstream: 'sts' };
	if (isUnavailable(error)) {
		log.warn('an access token could not be exchanged', { ...wanted, error });
		return new Problem('upstream_unavailable', { facts: fault });
	}
	const code = tokenErrorOf(error) ?? 'bad_response';
	log.error(
		'the STS refuses a token exchange: check tokenAudience, tokenResource and tokenScope in BACKENDS, and the client',
		{
			...wanted,
			code,
			error
		}
	);
	if (SUBJECT_ERRORS.includes(code)) return new SubjectTokenRefused(code);
	const facts = { ...fault, upstreamCode: code };
	if (code === 'invalid_client') return new Problem('upstream_unavailable', { facts });
	return new Problem(code === 'access_denied' ? 'forbidden' : 'upstream_invalid', { facts });
}
