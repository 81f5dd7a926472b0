/** What the Bridge knows about a person's wallet before the first use. */
type WalletLink = 'linked' | 'expired' | 'none';

export interface Person {
	readonly id: PersonId;
	/** What this person demonstrates; the page's labels read `{role} – {name}`. */
	readonly role: string;
	readonly givenName: string;
	readonly familyName: string;
	/** `YYYY-MM-DD` */
	readonly birthdate: string;
	readonly affiliations: readonly string[];
	readonly institutionId: string;
	readonly wallet: WalletLink;
	/** How an unknown wallet of this person is linked. */
	readonly linking: 'redirect' | 'manual' | 'candidates';
	readonly credential: 'valid' | 'expired';
}

export const personIds = [
	'known-student',
	'unknown-student',
	'unknown-employee',
	'several-candidates',
	'expired-credential',
	'expired-binding'
] as const;
export type PersonId = (typeof personIds)[number];

const student = {
	affiliations: ['student', 'member'],
	wallet: 'none',
	linking: 'redirect',
	credential: 'valid'
} as const;

export const people: readonly Person[] = [
	{
		...student,
		id: 'known-student',
		role: 'Known student',
		givenName: 'Sanne',
		familyName: 'de Vries',
		birthdate: '2003-04-12',
		institutionId: 'uni-noord',
		wallet: 'linked'
	},
	{
		...student,
		id: 'unknown-student',
		role: 'Unknown student',
		givenName: 'Daan',
		familyName: 'Bakker',
		birthdate: '2004-11-30',
		institutionId: 'uni-noord'
	},
	{
		...student,
		id: 'unknown-employee',
		role: 'Unknown employee',
		givenName: 'Fatima',
		familyName: 'El Amrani',
		birthdate: '1986-02-07',
		affiliations: ['employee', 'member'],
		institutionId: 'hogeschool-west',
		linking: 'manual'
	},
	{
		...student,
		id: 'several-candidates',
		role: 'Several candidates',
		givenName: 'Jan',
		familyName: 'Jansen',
		birthdate: '2001-01-15',
		institutionId: 'hogeschool-west',
		linking: 'candidates'
	},
	{
		...student,
		id: 'expired-credential',
		role: 'Expired credential',
		givenName: 'Lotte',
		familyName: 'Visser',
		birthdate: '2002-09-21',
		institutionId: 'uni-noord',
		credential: 'expired'
	},
	{
		...student,
		id: 'expired-binding',
		role: 'Expired binding',
		givenName: 'Milan',
		familyName: 'Smit',
		birthdate: '2000-06-03',
		institutionId: 'hogeschool-west',
		wallet: 'expired'
	}
];

/** @throws {RangeError} for an unknown id */
export function personById(id: string): Person {
	const found = people.find((person) => person.id === id);
	if (found === undefined) throw new RangeError(`no person ${id}`);
	return found;
}

export function fullName(person: Person): string {
	return `${person.givenName} ${person.familyName}`;
}

/** The accessible name of the person's control on the wallet page. */
export function personLabel(person: Person): string {
	return `${person.role} – ${fullName(person)}`;
}
