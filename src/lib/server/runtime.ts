export const isDeno = 'Deno' in globalThis;

/** The runtime this process runs on, such as `node 20.19.0`. */
export const runtime: string = isDeno ? `deno ${Deno.version.deno}` : `node ${process.versions.node}`;

/**
 * Modules of Node that Deno takes long to create: they are loaded when they are first used, so that they do not delay a start that
 * does not need them.
 */
export const builtin = {
	crypto: () => process.getBuiltinModule('node:crypto'),
	fs: () => process.getBuiltinModule('node:fs'),
	path: () => process.getBuiltinModule('node:path'),
	perfHooks: () => process.getBuiltinModule('node:perf_hooks'),
	zlib: () => process.getBuiltinModule('node:zlib')
};

/**
 * How the server's entry notifies the application that the process shuts down. The two are separate bundles, so the
 * callbacks are stored where both find them. Events of Node's `process` are not used: Deno creates that object on first
 * access, which takes several milliseconds.
 */
interface ShutdownHooks {
	/** The process has been told to stop, and does not wait for requests in flight yet. */
	drain?(): void;
	/** The server is closed. Resolves when no work is left, such as a token call whose browser has disconnected. */
	finish(): Promise<unknown>;
}

const HOOKS = Symbol.for('eduid-wallet-portal.shutdown');
const shared = globalThis as unknown as { [HOOKS]: ShutdownHooks[] | undefined };

/** Registers callbacks for the shutdown of the process. */
export function onShutdown(hooks: ShutdownHooks): void {
	(shared[HOOKS] ??= []).push(hooks);
}

/** Notifies all callbacks that the process has been told to stop. */
export function drainAll(): void {
	for (const hooks of shared[HOOKS] ?? []) hooks.drain?.();
}

/** Resolves when all callbacks have finished, whether they succeeded or failed. */
export async function finishAll(): Promise<void> {
	await Promise.allSettled((shared[HOOKS] ?? []).map((hooks) => hooks.finish()));
}
