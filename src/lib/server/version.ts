import { version as portalVersion } from '../../../package.json';

export const version: string = portalVersion;

/** The runtime this process runs on, such as `node 20.19.0`. */
export const runtime: string = 'Deno' in globalThis ? `deno ${Deno.version.deno}` : `node ${process.versions.node}`;
