import { eduidVct } from '../issuer/issuer.ts';

/** A credential query of DCQL (OpenID4VP, section 6.1), as far as the sandbox uses it: top-level claims of one credential. */
export interface CredentialQuery {
	readonly id: string;
	readonly format: 'dc+sd-jwt';
	readonly meta: { readonly vct_values: readonly string[] };
	readonly claims: readonly { readonly path: readonly [string] }[];
}

const vct_values = [eduidVct, 'nl.surf.eduid'];

/** The queries by `queryId`. */
export const queries: Readonly<Record<string, CredentialQuery>> = {
	eduid: {
		id: 'eduid',
		format: 'dc+sd-jwt',
		meta: { vct_values },
		claims: [{ path: ['given_name'] }, { path: ['family_name'] }, { path: ['birthdate'] }, { path: ['eduid'] }]
	},
	'eduid-affiliation': {
		id: 'eduid',
		format: 'dc+sd-jwt',
		meta: { vct_values },
		claims: [{ path: ['eduid'] }, { path: ['schac_home_organization'] }, { path: ['eduperson_scoped_affiliation'] }]
	}
};

/** What people call each claim. */
const labels: Readonly<Record<string, { readonly nl: string; readonly en: string }>> = {
	given_name: { nl: 'voornaam', en: 'first name' },
	family_name: { nl: 'achternaam', en: 'last name' },
	birthdate: { nl: 'geboortedatum', en: 'date of birth' },
	eduid: { nl: 'eduID', en: 'eduID' },
	schac_home_organization: { nl: 'instelling', en: 'institution' },
	eduperson_scoped_affiliation: { nl: 'rol bij de instelling', en: 'role at the institution' }
};

/** The claims of a query with their labels, for the create response; empty for an unknown query. */
export function requestedClaims(queryId = 'eduid') {
	const { claims = [] } = Object.hasOwn(queries, queryId) ? (queries[queryId] ?? {}) : {};
	return claims.map(({ path }) => ({ path, label: labels[path[0]] }));
}
