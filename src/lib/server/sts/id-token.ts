import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import * as v from 'valibot';
import { IdentityClaims } from './claims';
import { unixMs } from '../clock';
import { config } from '../config';
import { verifySignedToken } from './tokens';
import * as oauth from 'oauth4webapi';
import { log } from '../log';
import { stsCall, stsClient, stsMetadata } from './metadata';
import { isAway } from './errors';

/** How far ahead an ID token's `iat` may be; more than that is no difference between clocks. */
const MAX_IAT_AHEAD_SECONDS = 300;

/** What an ID token came with. */
interface IdTokenContext {
	readonly accessToken: string;
	/** The authorization code, at sign-in. */
	readonly code?: string;
}

const TokenResponse = v.looseObject({ id_token: v.string() });

/**
 * What the OAuth libraries have to see of an ID token (OpenID Connect Core 3.1.3.7). They refuse tokens for odd values of other claims,
 * and compare `nbf` with less tolerance for wrong clocks than `verifyIdToken` does.
 */
const LIBRARY_CLAIMS = ['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'nonce'];

/**
 * A token response for the OAuth libraries, which check claims but no signature: its ID token has only the claims that they need, and
 * none that is null. What else the ID token says is for `verifyIdToken`.
 * @returns the response, and the ID token as the STS sent it
 */
export async function withoutOtherClaims(
	response: Response
): Promise<{ readonly response: Response; readonly idToken: string | undefined }> {
	const body = v.safeParse(
		TokenResponse,
		await response
			.clone()
			.json()
			.catch(() => null)
	);
	if (!body.success) return { response, idToken: undefined };
	const { id_token: idToken, ...rest } = body.output;
	const [header = '', , signature = ''] = idToken.split('.');
	try {
		const claims = Object.entries(decodeJwt(idToken)).filter(
			([name, value]) => LIBRARY_CLAIMS.includes(name) && value !== null
		);
		const payload = Buffer.from(JSON.stringify(Object.fromEntries(claims))).toString('base64url');
		const { status, headers } = response;
		return {
			response: Response.json({ ...rest, id_token: `${header}.${payload}.${signature}` }, { status, headers }),
			idToken
		};
	} catch {
		// No token: the libraries say so.
		return { response, idToken };
	}
}

/** An ID token that is not for this client, this time or this access token. `claim` is the one that says so. */
export class IdTokenRefused extends Error {
	override readonly name = 'IdTokenRefused';

	constructor(readonly claim: 'azp' | 'iat' | 'at_hash' | 'c_hash') {
		super(`the ID token is refused for its claim "${claim}"`);
	}
}

/**
 * The claims of an ID token that fits what it came with, and whose signature, issuer, audience and times are right
 * (OpenID Connect Core 3.1.3.7 and 3.1.3.8). The nonce is checked with the token response.
 * @throws {IdTokenRefused} before any key is looked for
 * @throws jose's errors for a token that is not valid, and ValiError for one without a subject
 */
export async function verifyIdToken(idToken: string, context: IdTokenContext): Promise<IdentityClaims> {
	await assertFits(idToken, context);
	const claims = await verifySignedToken(idToken, {
		audience: config().sts.clientId,
		requiredClaims: ['sub', 'exp', 'iat'],
		from: 'sts',
		algorithms: 'listed'
	});
	return v.parse(IdentityClaims, claims);
}

async function assertFits(idToken: string, { accessToken, code }: IdTokenContext): Promise<void> {
	const { alg = '' } = decodeProtectedHeader(idToken);
	const claims = decodeJwt(idToken);
	assertAuthorizedParty(claims, { isRequired: Array.isArray(claims.aud) && claims.aud.length > 1 });
	if (claims.iat !== undefined && claims.iat > unixMs() / 1000 + MAX_IAT_AHEAD_SECONDS) throw new IdTokenRefused('iat');
	await assertHash('at_hash', claims, accessToken, alg);
	if (code !== undefined) await assertHash('c_hash', claims, code, alg);
}

/**
 * The authorized party, where a token of the STS names one, must be this client.
 * @throws {IdTokenRefused}
 */
export function assertAuthorizedParty(claims: JWTPayload, { isRequired }: { readonly isRequired: boolean }): void {
	const azp = claims.azp ?? undefined;
	if (azp === undefined ? isRequired : azp !== config().sts.clientId) throw new IdTokenRefused('azp');
}

/** The left half of the hash of the value, by the signature's hash function (OpenID Connect Core 3.1.3.6 and 3.3.2.11). */
async function assertHash(claim: 'at_hash' | 'c_hash', claims: JWTPayload, value: string, alg: string): Promise<void> {
	const expected = claims[claim] ?? undefined;
	if (expected === undefined) return;
	const bits = /(?:256|384|512)$/.exec(alg)?.[0] ?? '512';
	const digest = await crypto.subtle.digest(`SHA-${bits}`, new TextEncoder().encode(value));
	const half = Buffer.from(digest)
		.subarray(0, digest.byteLength / 2)
		.toString('base64url');
	if (expected !== half) throw new IdTokenRefused(claim);
}

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
