import { config } from '../config';
import { createSeal, type Seal } from './seal';

const seals = new Map<string, Seal>();

/** The seal for one purpose under the configured secrets; its keys are derived once per process. */
export function sealFor(purpose: string): Seal {
	const known = seals.get(purpose);
	if (known) return known;
	const made = createSeal(config().secrets, purpose);
	seals.set(purpose, made);
	return made;
}
