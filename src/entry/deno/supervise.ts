import { sleep } from '../../lib/server/clock';
import { log } from '../../lib/server/log';
import { createLogBuffer, type LogBuffer, type LogBuffers } from '../log-buffer';

/** The argument of a process whose standard input is a pipe from the launcher. Nothing is written to the pipe. */
export const LAUNCHED = '--launched';

/** A process that ends sooner after its start is not restarted, in milliseconds: it would end again. */
export const MIN_UPTIME_MS = 10_000;

/**
 * How long a process may take to exit after its last line, in milliseconds. Deno then exports the rest of its telemetry, which takes as long
 * as the collector, and with a collector over TLS sometimes never ends.
 */
export const EXIT_LIMIT_MS = 3000;

interface SupervisorDeps {
	/** Whether the process has received a signal to stop. */
	readonly isStopped: () => boolean;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/**
 * Starts a process, and restarts it if it ends without a signal.
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
		log.error('the portal exited unexpectedly and is restarted', { code });
	}
}

/** Sends a signal to a process. Has no effect if the process has ended, for example while the launcher still writes its log. */
export function sendSignal(process: Pick<Deno.ChildProcess, 'kill'>, signal: Deno.Signal | 'SIGKILL'): void {
	try {
		process.kill(signal);
	} catch {
		// Deno throws an exception for a process that has ended.
	}
}

/** How a process has ended: with an exit code, and by which signal, if any. */
type ExitStatus = Awaited<Deno.ChildProcess['status']>;

/**
 * Waits until a process has ended. Kills a process that does not exit after its last line. The code is 0 if the process was ended by a signal
 * that was passed on: a server that has just started does not handle signals yet.
 * @param lastLine resolves with the exit code that the process is about to exit with
 * @param passedOn the signal that was passed on, if any
 */
export async function exitOf(
	{ status, kill }: { readonly status: Promise<ExitStatus>; readonly kill: () => void },
	lastLine: Promise<number>,
	passedOn: () => Deno.Signal | undefined
): Promise<{ readonly code: number }> {
	const late = lastLine.then(async (code) => {
		await sleep(EXIT_LIMIT_MS);
		return { code, signal: null, isLate: true };
	});
	const ended = await Promise.race([status.then((status) => ({ ...status, isLate: false })), late]);
	if (ended.isLate) kill();
	await status;
	return { code: ended.signal === passedOn() ? 0 : ended.code };
}

/** Longer lines are forwarded in parts. */
const MAX_LINE = 64 * 1024;

/**
 * The launcher's buffers. Deno's `console` waits for the reader of a pipe, and throws an exception if the disk is full. The server
 * therefore writes to the launcher, which always reads (`forwardLines`).
 */
export function denoLogBuffers(): LogBuffers {
	return { output: createLogBuffer(writerOf(Deno.stdout)), error: createLogBuffer(writerOf(Deno.stderr)) };
}

function writerOf(stream: Deno.Writer): (text: string) => Promise<void> {
	return async (text) => {
		for (let bytes = new TextEncoder().encode(text); bytes.length > 0;) {
			bytes = bytes.subarray(await stream.write(bytes));
		}
	};
}

/** Starts the last line of a process that is about to exit: End of Transmission. The exit code follows. */
const LAST_LINE = '\u0004';

/** Announces the exit to the launcher, which then waits for a limited time only. */
export function writeLastLine(code: number): void {
	try {
		Deno.stdout.writeSync(new TextEncoder().encode(`${LAST_LINE}${code}\n`));
	} catch {
		// The launcher has ended already.
	}
}

/**
 * Forwards the output of a process line by line until it ends.
 * @param onLastLine receives the exit code that the process is about to exit with
 */
export async function forwardLines(
	source: ReadableStream<Uint8Array<ArrayBuffer>>,
	target: Pick<LogBuffer, 'push'>,
	onLastLine: (code: number) => void = () => {}
): Promise<void> {
	let rest = '';
	for await (const text of source.pipeThrough(new TextDecoderStream())) {
		const lines = (rest + text).split(/(?<=\n)/);
		rest = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '');
		for (const line of lines) {
			if (line.startsWith(LAST_LINE)) onLastLine(Number(line.slice(LAST_LINE.length)));
			else target.push(line);
		}
		if (rest.length > MAX_LINE) {
			target.push(rest);
			rest = '';
		}
	}
	if (rest !== '') target.push(rest);
}
