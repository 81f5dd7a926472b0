import * as v from 'valibot';
import { config } from '../config';
import { log } from '../log';
import { readBoolean, readList, readLocalised } from '../upstream/lenient';
import { stsFetch } from './metadata';

const FRESH_MS = 60_000;
/** After a fault, the plain button serves for a while before the STS is asked again. */
const FAULT_MS = 10_000;

const MAX_INSTITUTIONS = 5000;

/** A localised name is read in Dutch: the page lists institutions of Dutch federations. */
const Listed = v.pipe(
	v.object({
		id: v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty(), v.maxLength(256)),
		name: v.pipe(
			v.unknown(),
			v.transform((name) => readLocalised(name, 256)?.nl),
			v.string()
		),
		enabled: v.optional(v.unknown())
	}),
	v.transform(({ id, name, enabled }) => ({ id, name, enabled: readBoolean(enabled) ?? true }))
);

/** An institution that the STS can send somebody to. */
export interface Institution {
	readonly id: string;
	readonly name: string;
}

let cached: { readonly answer: Promise<readonly Institution[]>; untilMs: number } | undefined;

/** The institutions that the STS lists, by name; none where it has no such list (404) or can't be asked. */
export function institutions(nowMs = Date.now()): Promise<readonly Institution[]> {
	if (!cached || nowMs >= cached.untilMs) {
		const entry = { answer: readInstitutions(() => (entry.untilMs = nowMs + FAULT_MS)), untilMs: nowMs + FRESH_MS };
		cached = entry;
	}
	return cached.answer;
}

async function readInstitutions(onFault: () => void): Promise<readonly Institution[]> {
	try {
		const response = await stsFetch(`${config().sts.issuer.replace(/\/+$/, '')}/federation/providers`, {
			headers: { accept: 'application/json' }
		});
		if (response.status === 404) return [];
		if (!response.ok) throw new Error(`the STS answered ${response.status}`);
		const listed: unknown = await response.json();
		return readList('institutions', listed, Listed, { max: MAX_INSTITUTIONS, keyOf: ({ id }) => id })
			.filter((institution) => institution.enabled)
			.map(({ id, name }) => ({ id, name }))
			.sort((a, b) => a.name.localeCompare(b.name));
	} catch (error) {
		onFault();
		log.warn('the list of institutions could not be read', { error });
		return [];
	}
}
