import { createHash } from 'node:crypto';
import { institutionById } from './institutions.ts';
import { fullName, people, type Person } from './people.ts';

/** The identifier that stays the same whichever way the person signs in. */
export function federatedSubject(person: Person): string {
	return `urn:collab:person:${institutionById(person.institutionId).domain}:${person.id}`;
}

/** A `sub` differs per way of signing in, as in the field. */
export function subjectFor(provider: 'sts' | 'sts-wallet', subject: string): string {
	return createHash('sha256').update(`${provider}:${subject}`).digest('hex').slice(0, 32);
}

/** The education claims, with arrays and booleans among them as in the field; no `sub`, `acr`, `amr`. */
export function claimsOf(person: Person): Record<string, unknown> {
	const { domain, id } = institutionById(person.institutionId);
	const user = `${person.givenName}.${person.familyName}`.toLowerCase().replaceAll(' ', '');
	return {
		name: fullName(person),
		given_name: person.givenName,
		family_name: person.familyName,
		birthdate: person.birthdate,
		email: `${user}@${domain}`,
		email_verified: true,
		eduid: createHash('sha256').update(`eduid:${person.id}`).digest('hex').slice(0, 24),
		eduperson_principal_name: `${user}@${domain}`,
		eduperson_scoped_affiliation: person.affiliations.map((affiliation) => `${affiliation}@${domain}`),
		schac_home_organization: domain,
		institution_id: id,
		federated_subject: federatedSubject(person)
	};
}

/** Finds the person by any identifier that a token of theirs carries. */
export function personBySubject(subject: string): Person | undefined {
	return people.find((person) => {
		const stable = federatedSubject(person);
		const known = [stable, claimsOf(person).eduid, subjectFor('sts', stable), subjectFor('sts-wallet', stable)];
		return known.includes(subject);
	});
}
