import * as v from 'valibot';
import { config } from '../config';
import { isIdentifier } from '../upstream/lenient';
import { assertAuthorizedParty } from './id-token';
import { verifySignedToken } from './signed-token';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const id = v.custom<string>(isIdentifier);
/** Null counts as absent; any other value that is no id makes the token invalid. */
const optionalId = v.pipe(
	v.nullish(id),
	v.transform((value) => value ?? undefined)
);

const LogoutClaims = v.pipe(
	v.object({
		jti: id,
		iat: v.number(),
		sid: optionalId,
		sub: optionalId,
		events: v.object({ [LOGOUT_EVENT]: v.looseObject({}) }),
		/** An ID token has one; a logout token never does, so that neither passes for the other. */
		nonce: v.optional(v.never())
	}),
	v.check(({ sid, sub }) => sid !== undefined || sub !== undefined, 'names neither a session nor a subject')
);

/** Whose sessions the STS has ended: one session of it (`sid`), or all of a subject. */
export type LogoutClaims = v.InferOutput<typeof LogoutClaims>;

/**
 * The claims of a logout token (OIDC Back-Channel Logout 1.0, 2.4 and 2.6). That its `jti` is new is for the caller to see.
 * @throws jose's errors, IdTokenRefused or ValiError for anything else; network faults while the STS's keys can't be had
 */
export async function verifyLogoutToken(token: string): Promise<LogoutClaims> {
	const claims = await verifySignedToken(token, {
		audience: config().sts.clientId,
		requiredClaims: ['iat', 'jti', 'events'],
		from: 'stranger',
		algorithms: 'listed'
	});
	assertAuthorizedParty(claims, { isRequired: false });
	return v.parse(LogoutClaims, claims);
}
