/**
 * How the server's entry notifies the application that the process shuts down. The two are separate bundles, so the
 * callbacks are stored where both find them. Events of Node's `process` are not used: Deno creates that object on first
 * access, which takes several milliseconds.
 */
interface Ending {
	/** The process has been told to stop, and does not wait for requests in flight yet. */
	drain?(): void;
	/** The server is closed. Resolves when no work is left, such as a token call whose browser has disconnected. */
	finish(): Promise<unknown>;
}

const ENDING = Symbol.for('eduid-wallet-portal.ending');
const wishes = globalThis as unknown as { [ENDING]: Ending[] | undefined };

/** Registers callbacks for the shutdown of the process. */
export function onEnding(ending: Ending): void {
	(wishes[ENDING] ??= []).push(ending);
}

/** Notifies all callbacks that the process has been told to stop. */
export function drainAll(): void {
	for (const ending of wishes[ENDING] ?? []) ending.drain?.();
}

/** Resolves when all callbacks have finished, whether they succeeded or failed. */
export async function finishAll(): Promise<void> {
	await Promise.allSettled((wishes[ENDING] ?? []).map((ending) => ending.finish()));
}
