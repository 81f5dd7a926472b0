import { createHash } from 'node:crypto';
import { institutionById } from './institutions.ts';
import { fullName, people, type Person } from './people.ts';

/** The identifier that is the same for every way of signing in. */
export function federatedSubject(person: Person): string {
	return `urn:collab:person:${institutionById(person.institutionId).domain}:${person.id}`;
}

/** The `sub`, which differs per way of signing in, as at the real STS. */
export function subjectFor(provider: 'sts' | 'sts-wallet', subject: string): string {
	return createHash('sha256').update(`${provider}:${subject}`).digest('hex').slice(0, 32);
}

/** The education claims, including arrays and booleans as at the real STS; no `sub`, `acr`, `amr`. */
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

/** Finds a person by any identifier in a token of theirs. */
export function personBySubject(subject: string): Person | undefined {
	return people.find((person) => {
		const stable = federatedSubject(person);
		const known = [stable, claimsOf(person).eduid, subjectFor('sts', stable), subjectFor('sts-wallet', stable)];
		return known.includes(subject);
	});
}
