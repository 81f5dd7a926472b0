import { glue } from './glue.mjs';
import { limits } from './limits.mjs';
import { security } from './security.mjs';
import { serverActions } from './server-actions.mjs';
import { sessions } from './sessions.mjs';
import { upstreams } from './upstreams.mjs';

/** Every mutation. */
export const mutations = [...security, ...serverActions, ...upstreams, ...limits, ...sessions, ...glue];
