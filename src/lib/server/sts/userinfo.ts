import * as oauth from 'oauth4webapi';
import * as v from 'valibot';
import { IdentityClaims } from '../auth/claims';
import { log } from '../log';
import { stsCall, stsClient, stsMetadata } from './metadata';
import { isAway } from './network-fault';

/** Whether claims say nothing of who somebody is beside `sub`, as the ID tokens of some services do. */
export function namesNobody({ name, eduid, federated_subject }: IdentityClaims): boolean {
	return name === undefined && eduid === undefined && federated_subject === undefined;
}

/**
 * The claims of an ID token, with those of the userinfo endpoint where it names nobody (OpenID Connect Core 5.3). Claims of the ID
 * token win; the subject has to be the same (5.3.2). Without an endpoint, or where that refuses, the ID token's claims alone.
 * @throws when the STS is away: the person would be taken for somebody else
 */
export async function withUserInfo(
	claims: IdentityClaims,
	accessToken: string,
	requestId: string
): Promise<IdentityClaims> {
	if (!namesNobody(claims)) return claims;
	const metadata = await stsMetadata();
	if (!metadata.userinfo_endpoint) return claims;
	const { client } = stsClient();
	try {
		const response = await oauth.userInfoRequest(metadata, client, accessToken, stsCall);
		const found = v.parse(IdentityClaims, await oauth.processUserInfoResponse(metadata, client, claims.sub, response));
		const known = Object.entries(claims).filter(([, value]) => value !== undefined);
		return { ...found, ...Object.fromEntries(known) };
	} catch (error) {
		if (isAway(error)) throw error;
		log.warn('the ID token names nobody, and the userinfo endpoint could not be used', { requestId, error });
		return claims;
	}
}
