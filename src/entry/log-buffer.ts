import { sleep } from '../lib/server/clock';
import { formatWarning } from '../lib/server/log';

/** How much text may wait for the reader of one stream, in UTF-16 code units. */
const MAX_WAITING = 1024 * 1024;

/**
 * Writes lines without blocking the caller. While the reader of a stream stalls, lines wait in memory; beyond a limit they are dropped.
 * Lines are also dropped if their write fails, because the reader is gone or the disk is full. After the next successful write, one line
 * reports how many were dropped.
 * @param write resolves when the text has been passed on, rejects when it could not be; one call at a time
 */
export function createLogBuffer(write: (text: string) => Promise<void>, maxWaiting = MAX_WAITING) {
	let lines: string[] = [];
	let waiting = 0;
	let dropped = 0;
	let isWriting = false;
	let written = Promise.resolve();

	async function writeAll(): Promise<void> {
		/** How many dropped lines the next write reports. */
		let reported = 0;
		do {
			const batch = lines;
			lines = [];
			const text = batch.join('');
			const report = reported > 0 ? formatWarning('lines of the log were dropped', { dropped: reported }) : '';
			try {
				await write(text + report);
				reported = dropped;
				dropped = 0;
			} catch {
				dropped += batch.length + reported;
				reported = 0;
			}
			waiting -= text.length;
		} while (lines.length > 0 || reported > 0);
		// In the same turn as the check above: a line that is pushed later starts the next write.
		isWriting = false;
	}

	return {
		/** @param line with its line feed */
		push(line: string): void {
			if (waiting + line.length > maxWaiting) {
				dropped += 1;
				return;
			}
			waiting += line.length;
			lines.push(line);
			if (isWriting) return;
			isWriting = true;
			written = writeAll();
		},

		/** Resolves when no line is waiting. */
		flushed: (): Promise<void> => written
	};
}

export type LogBuffer = ReturnType<typeof createLogBuffer>;

/** The buffers of standard output and standard error. */
export interface LogBuffers {
	readonly output: LogBuffer;
	readonly error: LogBuffer;
}

/** How long a process may wait for the readers of its log before it exits. */
const FLUSH_LIMIT_MS = 1000;

/** Resolves when no line is waiting, or after a second. */
export async function flushLog({ output, error }: LogBuffers): Promise<void> {
	await Promise.race([Promise.all([output.flushed(), error.flushed()]), sleep(FLUSH_LIMIT_MS)]);
}
