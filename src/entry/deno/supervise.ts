import { log } from '../../lib/server/log';

/** An argument of the process: its standard input is a pipe from the launcher, to which nothing is written. */
export const LAUNCHED = '--launched';

/** A process that ends sooner than this after its start would end again: the reason is in its last line. In milliseconds. */
export const MIN_UPTIME_MS = 10_000;

/**
 * How long a process may take to exit after its last line, in milliseconds. Deno then exports what is left of its telemetry: that takes as
 * long as the collector does, and with a collector over TLS it sometimes never ends.
 */
export const EXIT_LIMIT_MS = 3000;

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

/**
 * Waits until a process has ended, and ends one that does not exit.
 * @param lastLine resolves with the exit code that the process is about to exit with
 */
export async function exitOf(
	{ status, kill }: { readonly status: Promise<{ readonly code: number }>; readonly kill: () => void },
	lastLine: Promise<number>
): Promise<{ readonly code: number }> {
	const late = lastLine.then(async (code) => {
		await new Promise((resolve) => setTimeout(resolve, EXIT_LIMIT_MS));
		return { code, isLate: true };
	});
	const { code, isLate } = await Promise.race([status.then((ended) => ({ ...ended, isLate: false })), late]);
	if (isLate) kill();
	await status;
	return { code };
}
