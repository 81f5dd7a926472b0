import { version as portalVersion } from '../../../package.json';

/** Apart from `runtime.ts`, because Node without a bundler, as in some tests, does not import JSON like this. */
export const version: string = portalVersion;
