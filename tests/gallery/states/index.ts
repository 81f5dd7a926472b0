import type { GalleryState } from '../state.ts';
import { accountStates } from './account.ts';
import { entryStates } from './entry.ts';
import { faultStates } from './faults.ts';
import { identityStates } from './identity.ts';
import { walletStates } from './wallet.ts';

const states = { ...entryStates, ...walletStates, ...identityStates, ...accountStates, ...faultStates };
export type StateName = keyof typeof states;

/** Every state that a person can be shown, by the name that is its address in the gallery. */
export const gallery: Readonly<Record<StateName, GalleryState>> = states;
export const stateNames = Object.keys(states) as StateName[];

export function stateOf(name: string): GalleryState | undefined {
	return Object.hasOwn(gallery, name) ? gallery[name as StateName] : undefined;
}

/** Where a state is drawn in a language. */
export function addressOf(name: StateName, locale: string): string {
	return `/gallery/${locale}/${name}`;
}
