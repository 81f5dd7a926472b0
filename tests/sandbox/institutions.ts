export interface Institution {
	readonly id: string;
	readonly name: string;
	/** `schac_home_organization`, and the right side of scoped values. */
	readonly domain: string;
	/** A disabled institution is in the STS's list, but cannot be chosen. */
	readonly enabled: boolean;
}

export const institutions: readonly Institution[] = [
	{ id: 'uni-noord', name: 'Universiteit Noord', domain: 'uni-noord.example', enabled: true },
	{ id: 'hogeschool-west', name: 'Hogeschool West', domain: 'hogeschool-west.example', enabled: true },
	{ id: 'academie-zuid', name: 'Academie Zuid', domain: 'academie-zuid.example', enabled: false }
];

const kinds = ['Academie', 'Hogeschool', 'Roc', 'Universiteit'];
const places = [
	'Bergen',
	'Curaçao',
	'Duinstad',
	'Heuvelland',
	'Île-de-Mer',
	'Kust',
	'Lage Veld',
	'Meerzicht',
	'Nieuwland'
].concat(['Oost', 'Polder', 'Rivieren', 'Terp', 'Veenstad', 'Waterland']);

/** A list as long as a country's. The additional institutions are names only; nobody can sign in there. */
export const manyInstitutions: readonly Institution[] = [
	...institutions,
	...places.flatMap((place) =>
		kinds.map((kind) => {
			const id = `${kind}-${place}`
				.toLowerCase()
				.normalize('NFD')
				.replace(/[^a-z]+/g, '-');
			return { id, name: `${kind} ${place}`, domain: `${id}.example`, enabled: true };
		})
	)
];

/** @throws {RangeError} for an unknown id: people always belong to a listed institution */
export function institutionById(id: string): Institution {
	const found = institutions.find((institution) => institution.id === id);
	if (found === undefined) throw new RangeError(`no institution ${id}`);
	return found;
}
