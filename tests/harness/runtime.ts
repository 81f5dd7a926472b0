export type Runtime = 'node' | 'deno';
/** What can be started: the portal on a runtime, or the state gallery on Node. */
export type Build = Runtime | 'gallery';

/** The runtime under test, from RUNTIME; Node by default. */
export const runtime: Runtime = readRuntime(process.env.RUNTIME ?? 'node');

function readRuntime(name: string): Runtime {
	if (name === 'node' || name === 'deno') return name;
	throw new Error(`RUNTIME is "${name}"; use "node" or "deno".`);
}
