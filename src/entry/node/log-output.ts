import process from 'node:process';
import { createLogBuffer, flushLog, type LogBuffers } from '../log-buffer';

/**
 * The log's buffers on Node. Node writes to pipes without blocking, but keeps in memory whatever their reader does not take, and ends
 * the process when a stream fails that nothing listens to. A terminal that is paused (Ctrl-S) pauses the process all the same.
 */
export function nodeLogBuffers(): LogBuffers {
	return { output: bufferOf(process.stdout), error: bufferOf(process.stderr) };
}

function bufferOf(stream: NodeJS.WriteStream) {
	// Whatever writes there, such as a warning of the runtime.
	stream.on('error', () => {});
	return createLogBuffer(
		(text) =>
			new Promise((resolve, reject) => {
				stream.write(text, (error) => (error ? reject(error) : resolve()));
			})
	);
}

/** Ends the process once the last lines of the log have been taken, or after a second. */
export async function exitWhenFlushed(buffers: LogBuffers, code: number): Promise<never> {
	await flushLog(buffers);
	process.exit(code);
}
