/**
 * How the server's entry tells the application that the process ends. The two are bundles of their own, so what the
 * application asks for lies where both find it. Not events of Node's `process`: Deno makes that one when it is first looked at,
 * which costs it several milliseconds.
 */
interface Ending {
	/** The process has been told to stop; requests in flight are not yet waited for. */
	drain?(): void;
	/** The server is closed. Resolves when nothing is left to do, such as a token call whose browser went away. */
	finish(): Promise<unknown>;
}

const ENDING = Symbol.for('eduid-wallet-portal.ending');
const wishes = globalThis as unknown as { [ENDING]: Ending[] | undefined };

/** Asks to be told. */
export function onEnding(ending: Ending): void {
	(wishes[ENDING] ??= []).push(ending);
}

/** Tells everybody that the process has been told to stop. */
export function drainAll(): void {
	for (const ending of wishes[ENDING] ?? []) ending.drain?.();
}

/** Resolves when everybody is done, well or not. */
export async function finishAll(): Promise<void> {
	await Promise.allSettled((wishes[ENDING] ?? []).map((ending) => ending.finish()));
}
