export type Runtime = 'node' | 'deno';

/** The runtime that this run of the tests is about, from RUNTIME; Node where none is named. */
export const runtime: Runtime = readRuntime(process.env.RUNTIME ?? 'node');

function readRuntime(name: string): Runtime {
	if (name === 'node' || name === 'deno') return name;
	throw new Error(`RUNTIME is "${name}"; use "node" or "deno".`);
}
