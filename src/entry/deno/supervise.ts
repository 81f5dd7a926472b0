import { log } from '../../lib/server/log';

/** An argument of the process: its standard input is a pipe from the launcher, to which nothing is written. */
export const LAUNCHED = '--launched';

/** A process that ends sooner than this after its start would end again: the reason is in its last line. In milliseconds. */
export const MIN_UPTIME_MS = 10_000;

interface SupervisorDeps {
	/** Whether the process has been told to end. */
	readonly isStopped: () => boolean;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/**
 * Starts a process, and starts it again where it ends without having been told to.
 * @param start starts the process; resolves with its exit code once it has ended
 * @returns the exit code of the last process
 */
export async function supervise(
	start: () => Promise<{ readonly code: number }>,
	{ isStopped, now = () => performance.now() }: SupervisorDeps
): Promise<number> {
	for (;;) {
		const startedMs = now();
		const { code } = await start();
		if (isStopped() || now() - startedMs < MIN_UPTIME_MS) return code;
		log.error('the portal ended unexpectedly and is started again', { code });
	}
}
