import { config } from '../config';
import { rememberOpenings } from './remembered-openings';
import { createSeal, type Seal } from './seal';

const seals = new Map<string, Seal>();

/** The seal for one purpose under the configured secrets; its keys are derived once per process. */
export function sealFor(purpose: string): Seal {
	const known = seals.get(purpose);
	if (known) return known;
	const made = rememberOpenings(createSeal(config().secrets, purpose), Date.now);
	seals.set(purpose, made);
	return made;
}
