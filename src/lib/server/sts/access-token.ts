import { decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import { isIdentifier, readStrings } from '../upstream/lenient';
import { verifySignedToken } from './signed-token';

/** As RFC 9068 2.1 wants it, as Keycloak writes it, or not said. */
const AccessType = v.pipe(v.string(), v.toLowerCase(), v.picklist(['at+jwt', 'application/at+jwt', 'jwt', '']));

/** The last that a date can tell. */
const LAST_SECOND = 8.64e12;

const name = v.pipe(v.custom<string>(isIdentifier), v.maxLength(256));

const AccessClaims = v.pipe(
	v.object({
		exp: v.pipe(v.number(), v.maxValue(LAST_SECOND)),
		// Null counts as absent. Any other value that is no name makes the token invalid: it says who calls.
		azp: v.nullish(name),
		client_id: v.nullish(name),
		/** A list in place of words is read too; what is neither grants nothing. */
		scope: v.optional(v.unknown()),
		/** Bound to a key that its bearer would have to show (RFC 9449, RFC 8705): the portal can't check that. */
		cnf: v.nullish(v.never())
	}),
	v.transform(({ exp, azp, client_id, scope }) => ({
		clientId: azp ?? client_id,
		scopes: readStrings(scope),
		endsAt: exp
	})),
	v.object({ clientId: name, scopes: v.array(v.string()), endsAt: v.number() })
);

/** Who uses the portal's API with a token of its own, what for, and until when (Unix seconds). */
export type AccessToken = Readonly<v.InferOutput<typeof AccessClaims>>;

/**
 * What an access token of the STS says that is meant for this API (RFC 9068 4).
 * @throws jose's errors, TypeError or ValiError for a token that isn't, KeysUnavailable while the STS's keys can't be had
 */
export async function verifyAccessToken(token: string, audience: string): Promise<AccessToken> {
	const { typ } = decodeProtectedHeader(token);
	v.assert(AccessType, typ ?? '');
	const claims = await verifySignedToken(token, {
		audience,
		requiredClaims: ['exp'],
		from: 'stranger',
		algorithms: 'asymmetric'
	});
	return v.parse(AccessClaims, claims);
}
