import * as v from 'valibot';

const scalar = v.union([v.string(), v.number(), v.boolean()]);
/** Claim values in the field are not only strings; a text is whatever has one sensible spelling. */
const spelled = v.pipe(
	v.union([scalar, v.pipe(v.array(scalar), v.minLength(1))]),
	v.transform((value) => String(Array.isArray(value) ? value[0] : value)),
	v.nonEmpty()
);
const text = v.optional(v.fallback(v.optional(spelled), undefined));
/** A JSON number (RFC 7519 2, NumericDate); whether it can be true is for `new-session.ts` to say. */
const seconds = v.optional(v.fallback(v.optional(v.pipe(v.number(), v.integer())), undefined));

/** The ID token's claims that the portal uses (OIDC Core 2 and 5.1, eduPerson); others are ignored. */
export const IdentityClaims = v.object({
	sub: v.pipe(v.string(), v.nonEmpty()),
	name: text,
	given_name: text,
	family_name: text,
	email: text,
	eduid: text,
	schac_home_organization: text,
	institution_id: text,
	federated_subject: text,
	acr: text,
	amr: v.optional(
		v.fallback(
			v.union([
				v.array(v.string()),
				v.pipe(
					v.string(),
					v.transform((method) => [method])
				)
			]),
			[]
		),
		[]
	),
	sid: text,
	auth_time: seconds
});

export type IdentityClaims = v.InferOutput<typeof IdentityClaims>;

/** Asked for on the institutional sign-in with the `claims` parameter, all voluntary (OIDC Core 5.5). */
export const voluntaryClaims = {
	id_token: Object.fromEntries(
		[
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
		].map((claim) => [claim, null])
	)
};

/** The display name: `name`, else its parts. */
export function displayName(claims: IdentityClaims): string | undefined {
	return claims.name ?? ([claims.given_name, claims.family_name].filter(Boolean).join(' ') || undefined);
}

/** `sub` differs between the two ways of signing in; this key does not. */
export function stableSubject(claims: IdentityClaims): string {
	return claims.federated_subject ?? claims.eduid ?? claims.sub;
}
