import { environmentNames } from '../../lib/server/config/environment';

/** Read by libraries of ours, here or there, for which a refusal would be an exception. */
export const libraryNames = ['DEBUG', 'NODE_ENV', 'NO_COLOR', 'FORCE_COLOR', 'JEST_WORKER_ID', 'UNDICI_NO_WASM_SIMD'];

/** The granted part of the configuration's variables. Reading one that isn't granted would throw. */
export function readGrantedEnvironment(): Record<string, string> {
	const granted = environmentNames.filter(
		(variable) => Deno.permissions.querySync({ name: 'env', variable }).state === 'granted'
	);
	return Object.fromEntries(
		granted.flatMap((name) => {
			const value = Deno.env.get(name);
			return value === undefined ? [] : [[name, value] as const];
		})
	);
}

/** Every variable, where all are granted, as on Deno Deploy; else none: under the launcher, the launcher has seen them. */
export function readWholeEnvironment(): Record<string, string> {
	return Deno.permissions.querySync({ name: 'env' }).state === 'granted' ? Deno.env.toObject() : {};
}
