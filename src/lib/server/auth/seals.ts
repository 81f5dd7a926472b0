import * as v from 'valibot';
import { config } from '../config';
import { rememberOpenings } from './remembered-openings';
import { createSeal, type Opened, type Seal } from './seal';

/** A seal for values of one shape. */
export interface SealOf<Value> {
	/** Seals with the newest secret. */
	seal(value: Value): Promise<string>;
	/** Opens what any of the secrets sealed for this purpose, if it has that shape; null for anything else. Never throws. */
	open(text: string): Promise<Opened<Readonly<Value>> | null>;
}

/**
 * The seal for one purpose under the configured secrets; its keys are derived once per process, when it is first used.
 * @param purpose what is sealed for one can't be opened for another
 */
export function sealOf<Value>(purpose: string, schema: v.GenericSchema<unknown, Value>): SealOf<Value> {
	let made: SealOf<Value> | undefined;
	const get = () => (made ??= shaped(createSeal(config().secrets, purpose), schema));
	return { seal: (value) => get().seal(value), open: (text) => get().open(text) };
}

function shaped<Value>(seal: Seal, schema: v.GenericSchema<unknown, Value>): SealOf<Value> {
	async function open(text: string): Promise<Opened<Value> | null> {
		const opened = await seal.open(text);
		const parsed = v.safeParse(schema, opened?.value);
		return opened && parsed.success ? { value: parsed.output, stale: opened.stale } : null;
	}
	return { seal: (value) => seal.seal(value), open: rememberOpenings(open, Date.now) };
}
