import process from 'node:process';

/** How long requests in flight may take to finish after SIGTERM; container platforms kill after 30 s by default. */
export const drainLimitMs = 20_000;

/**
 * Tells the application that the server is closed, and waits for what it still has to do: a token call whose browser went
 * away, connections of its store. Kit's own event takes no answer, so listeners push their promises into its second argument.
 */
export async function shutDown(reason: string): Promise<void> {
	const closing: Promise<unknown>[] = [];
	(process as NodeJS.EventEmitter).emit('sveltekit:shutdown', reason, closing);
	await Promise.allSettled(closing);
}
