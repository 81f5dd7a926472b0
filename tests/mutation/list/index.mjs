import { security } from './security.mjs';
import { serverActions } from './server-actions.mjs';

/** Every mutation. */
export const mutations = [...security, ...serverActions];
