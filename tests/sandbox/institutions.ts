export interface Institution {
	readonly id: string;
	readonly name: string;
	/** `schac_home_organization`, and the right side of scoped values. */
	readonly domain: string;
	/** A disabled institution is in the STS's list, but cannot be chosen. */
	readonly enabled: boolean;
	/** Its name in English, if it has one. */
	readonly englishName?: string;
	readonly keywords?: readonly string[];
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

const parts = ['Noord', 'Oost', 'Zuid', 'West', 'Centrum', 'Haven', 'Park', 'Station', 'Campus', 'Binnenstad'];
const waters = ['', ' aan Zee', ' aan de Rijn', ' aan de Maas', ' aan den IJssel'];

const namedLikeOthers: readonly Institution[] = [
	{
		id: 'hvm',
		name: 'Hogeschool van Meerzicht',
		englishName: 'Lakeview University of Applied Sciences',
		domain: 'hvm.example',
		enabled: true
	},
	{
		id: 'rup',
		name: 'Rijksuniversiteit Polder',
		englishName: 'University of Polder',
		domain: 'rup.example',
		enabled: true,
		keywords: ['Klei', 'Alma Mater']
	},
	{
		id: 'vuw',
		name: 'Vrije Universiteit Waterland',
		englishName: 'Free University Waterland',
		domain: 'vuw.example',
		enabled: true
	}
];

/**
 * The first institutions of an endless list, at most 3,066. The additional institutions are names only; nobody can sign in
 * there.
 */
export function firstInstitutions(count: number): readonly Institution[] {
	const districts = ['', ...waters.flatMap((water) => parts.map((part) => `-${part}${water}`))];
	const names = districts.flatMap((district) =>
		places.flatMap((place) => kinds.map((kind) => `${kind} ${place}${district}`))
	);
	return [...institutions, ...namedLikeOthers, ...names.map(namesake)].slice(0, count);
}

function namesake(name: string): Institution {
	const id = name
		.toLowerCase()
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/[^a-z]+/g, '-');
	return { id, name, domain: `${id}.example`, enabled: true, keywords: ['Kennisinstelling', 'Éducation'] };
}

/** A list as long as a country's, of which 65 can be chosen. */
export const manyInstitutions = firstInstitutions(66);

/** @throws {RangeError} for an unknown id: people always belong to a listed institution */
export function institutionById(id: string): Institution {
	const found = institutions.find((institution) => institution.id === id);
	if (found === undefined) throw new RangeError(`no institution ${id}`);
	return found;
}
