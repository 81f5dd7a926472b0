import * as v from 'valibot';
import { config } from '../config';
import { log } from '../log';
import { stsFetch } from './metadata';

const FRESH_MS = 60_000;
/** After a fault, the plain button serves for a while before the STS is asked again. */
const FAULT_MS = 10_000;

const Listed = v.array(
	v.object({
		id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
		name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
		enabled: v.optional(v.boolean(), true)
	})
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
		return v
			.parse(Listed, await response.json())
			.filter((institution) => institution.enabled)
			.map(({ id, name }) => ({ id, name }))
			.sort((a, b) => a.name.localeCompare(b.name));
	} catch (error) {
		onFault();
		log.warn('the list of institutions could not be read', { error });
		return [];
	}
}
