import * as v from 'valibot';
import { isIdentifier, readLocalised, readStrings } from '../upstream/lenient';

const MAX_NAME = 200;

const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number';

/** A claim that is displayed. It may also be a number or a list; of a list, the first value that is not blank is used. */
const text = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => {
			const values: readonly unknown[] = Array.isArray(value) ? value : [value];
			return values
				.filter(isScalar)
				.map(String)
				.find((spelled) => spelled.trim() !== '');
		})
	)
);
/**
 * A claim that identifies a person. Only a string counts: any other value, converted, could be the same for many people. Of
 * a list, the first value that is not null or empty decides.
 */
const identifier = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => {
			const values: readonly unknown[] = Array.isArray(value) ? value : [value];
			const first = values.find((item) => item !== null && item !== '');
			return isIdentifier(first) ? first : undefined;
		})
	)
);
/** A name that is displayed. It may be given in several languages; a session stores one of them. */
const name = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => (isScalar(value) ? value : (readLocalised(value, MAX_NAME)?.nl ?? value))),
		text
	)
);
/** A JSON number (RFC 7519 2, NumericDate). `new-session.ts` checks whether it is plausible. */
const seconds = v.optional(v.fallback(v.optional(v.pipe(v.number(), v.integer())), undefined));

/** The ID token's claims that the portal uses (OIDC Core 2 and 5.1, eduPerson); others are ignored. */
export const IdentityClaims = v.object({
	sub: v.custom<string>(isIdentifier),
	name,
	given_name: name,
	family_name: name,
	email: text,
	eduid: identifier,
	schac_home_organization: text,
	institution_id: text,
	federated_subject: identifier,
	acr: text,
	amr: v.optional(v.pipe(v.unknown(), v.transform(readStrings)), []),
	sid: identifier,
	auth_time: seconds,
	iat: seconds
});

export type IdentityClaims = v.InferOutput<typeof IdentityClaims>;

const requested = [
	'name',
	'given_name',
	'family_name',
	'email',
	'eduid',
	'eduperson_principal_name',
	'eduperson_scoped_affiliation',
	'schac_home_organization',
	'institution_id',
	'federated_subject',
	'acr',
	'amr',
	'auth_time'
];

/**
 * The `claims` parameter of the institutional sign-in (OIDC Core 5.5). All claims are voluntary, except `acr` if its value
 * has to be one of these (5.5.1.1).
 */
export function requestedClaims(essentialAcr: readonly string[] = []) {
	const voluntary = Object.fromEntries(requested.map((claim) => [claim, null]));
	return {
		id_token: { ...voluntary, ...(essentialAcr.length > 0 && { acr: { essential: true, values: essentialAcr } }) }
	};
}

/** The display name: `name`, or else its parts. */
export function displayName(claims: IdentityClaims): string | undefined {
	return claims.name ?? ([claims.given_name, claims.family_name].filter(Boolean).join(' ') || undefined);
}

/** `sub` differs between the two sign-in methods; this key does not. */
export function stableSubject(claims: IdentityClaims): string {
	return claims.federated_subject ?? claims.eduid ?? claims.sub;
}
